// Two scenarios side by side: two full answers, each with its sentence, map, bars, ladder and essentials.

import type { Answer, Question, Shape } from "./api";
import { Bars, extremes } from "./bars";
import { end } from "./colour";
import { Ladder } from "./ladder";
import { Comparison, Essentials, Sides, useAnswer } from "./panels";
import { T } from "./texts";
import { headline } from "./words";
import { WorldMap } from "./world_map";

const NO_BANDS = new Map<string, { low: number | null; high: number | null }>();

interface Props {
  first: Question;
  second: Question;
  answer: Answer;
  shapes: Shape[];
  onPick: (code: string) => void;
}

export function SideBySide({ first, second, answer, shapes, onPick }: Props) {
  const other = useAnswer<Answer>("answer", second);
  // one scale for both maps, or the milder scenario looks as dark as the other
  const reach = Math.max(...[answer, ...(other.found ? [other.found] : [])].map((one) => end(one.economies.map(({ percent }) => percent))));
  return (
    <section class="compare" aria-label={T.compare}>
      <h2>
        {first.scenario.name} / {second.scenario.name}
      </h2>
      <div class="pair">
        <Whole place="first" name={first.scenario.name} answer={answer} reach={reach} shapes={shapes} onPick={onPick} />
        {other.found ? <Whole place="second" name={second.scenario.name} answer={other.found} reach={reach} shapes={shapes} /> : <p class={other.failed ? "error" : "empty"}>{other.failed || T.loading}</p>}
      </div>
      <Comparison first={first} second={second} />
    </section>
  );
}

function Whole({ place, name, answer, reach, shapes, onPick }: { place: string; name: string; answer: Answer; reach: number; shapes: Shape[]; onPick?: (code: string) => void }) {
  return (
    <section aria-label={name}>
      <h3>{name}</h3>
      <p class="answer">{answer.sentence}</p>
      <WorldMap name={`${place}-map`} reach={reach} shapes={shapes} economies={answer.economies} source={answer.source} title={headline(answer)} subtitle={`${T.map}: welfare, ${answer.unit}`} onPick={onPick ?? (() => undefined)} />
      <Bars name={`${place}-who-pays`} title={T.bars} subtitle={`Welfare, ${answer.unit}`} unit="percent" source={answer.source} bars={extremes(answer.economies, NO_BANDS)} onPick={onPick} />
      <Ladder name={`${place}-ladder`} title={T.ladder} source={answer.source} steps={answer.ladder} ledger={null} />
      <Sides answer={answer} />
      <Essentials answer={answer} />
    </section>
  );
}
