// The offset ladder, left to right: harm, each response as a step back, net. Dots are the Shapley parts once known.

import type { LedgerAnswer, Step } from "./api";
import { Figure } from "./figure";
import { T } from "./texts";
import { number, sign } from "./words";

const WIDTH = 560;
const HEIGHT = 260;
const TOP = 54;

interface Props {
  name?: string;
  title: string;
  source: string;
  steps: Step[];
  ledger: LedgerAnswer | null;
}

export function Ladder({ name = "ladder", title, source, steps, ledger }: Props) {
  if (steps.length === 0) return <p class="empty">{T.noTarget}</p>;
  const parts = new Map(ledger?.parts.map((part) => [part.label, part.percent]));
  const range = (step: Step) => (step.kind === "harm" ? ledger?.ranges.harm : step.kind === "net" ? ledger?.ranges.net : undefined);
  let level = 0;
  const bars = steps.map((step) => {
    const from = step.kind === "response" ? level : 0;
    const value = step.percent ?? 0;
    const to = from + value;
    level = to;
    return { step, from, to, range: range(step), part: parts.get(step.label) };
  });
  const ends = bars.flatMap((bar) => [bar.from, bar.to, ...(bar.range ?? [])]).filter((value): value is number => typeof value === "number");
  const low = Math.min(0, ...ends);
  const high = Math.max(0, ...ends);
  const y = (value: number) => TOP + ((high - value) / (high - low || 1)) * (HEIGHT - TOP - 26);
  const slot = WIDTH / bars.length;
  const rows = bars.map(({ step, part, range: band }) => ({ step: step.label, percent: step.percent, part: part ?? null, low: band?.[0] ?? null, high: band?.[1] ?? null }));
  return (
    <Figure
      name={name}
      title={title}
      subtitle={`Welfare of the targets, percent of income, ${T.order}`}
      source={source}
      columns={[
        { key: "step", head: "", text: true },
        { key: "percent", head: "step, %" },
        { key: "part", head: "Shapley part, %" },
        { key: "low", head: "lowest" },
        { key: "high", head: "highest" },
      ]}
      rows={rows}
      show={(value, column) => (column.text ? String(value) : number(value as number | null))}
    >
      <svg class="drawing" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={title}>
        {bars.map(({ step, from, to, range: band, part }, place) => {
          const middle = slot * (place + 0.5);
          const width = Math.min(64, slot * 0.62);
          const loss = (step.kind === "response" ? (step.percent ?? 0) : to) < 0;
          const tone = loss ? "var(--loss)" : "var(--gain)";
          const bottom = Math.max(y(from), y(to), band?.[0] != null ? y(band[0]) : 0);
          return (
            <g>
              {band?.[0] != null && band[1] != null && (
                <rect class="band" x={middle - width * 0.62} width={width * 1.24} y={y(Math.max(...(band as number[])))} height={Math.abs(y(band[0]) - y(band[1]))} style={{ fill: tone }} />
              )}
              <rect class="bar" x={middle - width / 2} width={width} y={Math.min(y(from), y(to))} height={Math.max(1, Math.abs(y(from) - y(to)))} style={{ fill: tone, opacity: step.kind === "response" ? 0.75 : 1 }} />
              {part != null && <circle cx={middle} cy={y(from + part)} r="3" class="part" />}
              {step.kind !== "net" && place < bars.length - 2 && <line class="join" x1={middle + width / 2} x2={slot * (place + 1.5) - width / 2} y1={y(to)} y2={y(to)} />}
              <text x={middle} y={bottom + 14} text-anchor="middle" class="value">
                {step.kind === "response" ? sign(step.percent) : number(step.percent)}
              </text>
              {lines(step.label, Math.max(8, Math.floor(slot / 7))).map((line, row) => (
                <text x={middle} y={12 + row * 13} text-anchor="middle" class="name">
                  {line}
                </text>
              ))}
            </g>
          );
        })}
        <line x1="0" x2={WIDTH} y1={y(0)} y2={y(0)} class="zero" />
      </svg>
    </Figure>
  );
}

function lines(label: string, width: number): string[] {
  const said = label[0]!.toUpperCase() + label.slice(1);
  const found: string[] = [];
  for (const word of said.split(" ")) {
    const last = found.at(-1);
    if (last !== undefined && `${last} ${word}`.length <= width) found[found.length - 1] = `${last} ${word}`;
    else found.push(word);
  }
  return found.slice(0, 3);
}
