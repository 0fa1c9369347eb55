// The page: question, map, answer; one value in the middle, and the newest answer wins.

import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { type Answer, type Catalogue, get, ledger as askLedger, type LedgerAnswer, post, Refused, type Refusal, type Scenario, type Shape } from "./api";
import { Bars, extremes } from "./bars";
import { SideBySide } from "./compare";
import { Ladder } from "./ladder";
import { Essentials, FilesPanel, Sides, WhyPanel } from "./panels";
import { QuestionColumn } from "./question";
import { Studies } from "./studies";
import { changed, type Doc, fresh, fromHash, type History, question, redone, toHash, undone } from "./state";
import { T } from "./texts";
import { headline } from "./words";
import { WorldMap } from "./world_map";

const FIRST = "united-front";
const MERGE = 800; // changes of a slider within this many milliseconds are one step of undo
const SETTLED = 350;

export function App() {
  const [catalogue, setCatalogue] = useState<Catalogue | null>(null);
  const [shapes, setShapes] = useState<Shape[]>([]);
  const [history, setHistory] = useState<History | null>(null);
  const [failed, setFailed] = useState<Refusal | null>(null);
  const lastChange = useRef(0);

  useEffect(() => {
    const start = async () => {
      const [known, outlines, kept] = await Promise.all([get<Catalogue>("catalogue"), get<Shape[]>("shapes"), fromHash(location.hash.slice(1))]);
      setCatalogue(known);
      setShapes(outlines);
      const first = known.scenarios.find((one) => one.name === FIRST) ?? known.scenarios[0]!;
      setHistory({ past: [], now: kept ?? fresh(structuredClone(first.scenario)), future: [] });
    };
    start().catch((error: unknown) => setFailed(error instanceof Refused ? error.refusal : null));
    const moved = () => {
      void fromHash(location.hash.slice(1)).then((doc) => {
        if (doc) setHistory((old) => (old && JSON.stringify(old.now) !== JSON.stringify(doc) ? changed(old, doc, false) : old));
      });
    };
    addEventListener("hashchange", moved);
    return () => removeEventListener("hashchange", moved);
  }, []);

  const doc = history?.now ?? null;
  const change = useCallback((next: Doc, merge = false) => {
    const now = performance.now();
    const close = merge && now - lastChange.current < MERGE;
    lastChange.current = now;
    setHistory((old) => old && changed(old, next, close));
  }, []);

  useEffect(() => {
    if (!doc) return;
    const timer = setTimeout(() => void toHash(doc).then((hash) => window.history.replaceState(null, "", `#${hash}`)), 150);
    return () => clearTimeout(timer);
  }, [doc]);

  useEffect(() => {
    const keys = (event: KeyboardEvent) => {
      const field = event.target instanceof HTMLInputElement && event.target.type !== "range" && event.target.type !== "checkbox";
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z" || field) return;
      event.preventDefault();
      setHistory((old) => old && (event.shiftKey ? redone(old) : undone(old)));
    };
    addEventListener("keydown", keys);
    return () => removeEventListener("keydown", keys);
  }, []);

  if (!catalogue || !history || !doc) {
    return (
      <main class="cover">
        <h1>{T.title}</h1>
        {failed ? <ErrorBox refusal={failed} /> : <p>{T.loading}</p>}
      </main>
    );
  }
  return (
    <Page
      catalogue={catalogue}
      shapes={shapes}
      doc={doc}
      change={change}
      undo={history.past.length ? () => setHistory(undone(history)) : null}
      redo={history.future.length ? () => setHistory(redone(history)) : null}
    />
  );
}

interface PageProps {
  catalogue: Catalogue;
  shapes: Shape[];
  doc: Doc;
  change: (doc: Doc, merge?: boolean) => void;
  undo: (() => void) | null;
  redo: (() => void) | null;
}

function Page({ catalogue, shapes, doc, change, undo, redo }: PageProps) {
  const asked = useMemo(() => question(doc), [doc]);
  const { answer, failed, waiting } = useQuick(asked);
  const slow = useLedger(asked, answer);
  const [picked, setPicked] = useState("");
  const [note, setNote] = useState("");
  const bands = useMemo(() => new Map(slow.found?.bands.map((band) => [band.code, { low: band.low, high: band.high }])), [slow.found]);
  const other = catalogue.scenarios.find((one) => one.name === doc.compare);
  const second = useMemo(() => (other ? { ...asked, scenario: { ...other.scenario, world: asked.scenario.world } } : null), [asked, other]);

  // what a render does not change is not rendered: a slider that moves redraws its card, an answer its figures
  const search = useMemo(() => <Search catalogue={catalogue} onPick={setPicked} onNote={setNote} />, [catalogue]);
  const studies = useMemo(() => <Studies catalogue={catalogue} question={asked} />, [catalogue, asked]);
  const figures = useMemo(
    () =>
      answer && (
        <>
          <Ladder title={T.ladder} source={answer.source} steps={answer.ladder} ledger={slow.found} />
          <Sides answer={answer} />
          <Essentials answer={answer} />
        </>
      ),
    [answer, slow.found],
  );
  const pictures = useMemo(
    () =>
      answer && (
        <>
          <WorldMap shapes={shapes} economies={answer.economies} source={answer.source} title={headline(answer)} subtitle={`${T.map}: welfare, ${answer.unit}`} onPick={setPicked} />
          <Bars name="who-pays" title={T.bars} subtitle={`Welfare, ${answer.unit}${bands.size ? "; bands over the elasticity sets" : ""}`} unit="percent" source={answer.source} bars={extremes(answer.economies, bands)} onPick={setPicked} />
        </>
      ),
    [answer, bands, shapes],
  );

  const open = (text: string) => {
    post<{ scenario: Scenario }>("read", { text })
      .then(({ scenario }) => (change(fresh(scenario)), setNote("")))
      .catch((error: unknown) => setNote(error instanceof Refused ? error.message : String(error)));
  };

  return (
    <>
      <a class="skip" href="#answer">
        Skip to the answer
      </a>
      <header class="top">
        <h1>{T.title}</h1>
        {search}
        <nav aria-label="History and sharing">
          <button type="button" disabled={!undo} onClick={() => undo?.()}>
            {T.undo}
          </button>
          <button type="button" disabled={!redo} onClick={() => redo?.()}>
            {T.redo}
          </button>
          <button type="button" onClick={() => void navigator.clipboard?.writeText(location.href).then(() => setNote(T.copied))}>
            {T.share}
          </button>
        </nav>
      </header>
      <div class={`thin${waiting ? " is-waiting" : ""}`} role="status" aria-live="polite">
        {waiting ? <span class="hidden">{T.loading}</span> : null}
      </div>
      {note && (
        <p class="note page-note" role="status">
          {note}{" "}
          <button type="button" class="link" onClick={() => setNote("")}>
            {T.close}
          </button>
        </p>
      )}
      <main class="columns">
        <section class="reply" id="answer" aria-label={T.answer}>
          {failed && <ErrorBox refusal={failed} />}
          {answer && (
            <div class={failed ? "is-old" : ""}>
              <p class="answer" aria-live="polite">
                {slow.found?.sentence ?? answer.sentence}
              </p>
              <p class="sub">{answer.headline}</p>
              <div class="row sure">
                {slow.share === null ? (
                  !slow.found && (
                    <button type="button" onClick={slow.start}>
                      {T.howSure}
                    </button>
                  )
                ) : (
                  <>
                    <progress aria-label={`${T.howSure} ${slow.stage}`} max={1} value={slow.share} />
                    <span class="sub">{slow.stage}</span>
                    <button type="button" onClick={slow.stop}>
                      {T.cancel}
                    </button>
                  </>
                )}
                {slow.failed && <p class="error">{slow.failed}</p>}
              </div>
              {figures}
              <section class="box">
                <h3>{T.keep}</h3>
                <ul>
                  {[...answer.caveats, ...Object.values(answer.failed), ...(slow.found?.missing ?? [])].map((caveat) => (
                    <li>{caveat}</li>
                  ))}
                </ul>
                <p class="note">{slow.found?.convergence ?? answer.convergence}</p>
                {slow.found && (
                  <details>
                    <summary>Cite</summary>
                    <ul>
                      {slow.found.cite.map((line) => (
                        <li>{line}</li>
                      ))}
                    </ul>
                  </details>
                )}
              </section>
              <label class="row">
                {T.compare}
                <select value={doc.compare} onChange={(event) => change({ ...doc, compare: event.currentTarget.value })}>
                  <option value="">{T.nothing}</option>
                  {catalogue.scenarios.map((one) => (
                    <option value={one.name}>{one.name}</option>
                  ))}
                </select>
              </label>
              <FilesPanel question={asked} onOpen={open} />
            </div>
          )}
          {!answer && !failed && <p>{T.loading}</p>}
        </section>
        <section class={`middle${failed ? " is-old" : ""}`} aria-label={T.map}>
          {pictures}
        </section>
        <QuestionColumn catalogue={catalogue} doc={doc} answer={answer} onChange={change} />
      </main>
      {answer && other && <SideBySide first={asked} second={second!} answer={answer} shapes={shapes} onPick={setPicked} />}
      {studies}
      {picked && <WhyPanel question={asked} code={picked} onClose={() => setPicked("")} />}
    </>
  );
}

/** The quick answer to the newest question: one request at a time, the one asked last is sent next. */
function useQuick(asked: ReturnType<typeof question>) {
  const [answer, setAnswer] = useState<Answer | null>(null);
  const [failed, setFailed] = useState<Refusal | null>(null);
  const [waiting, setWaiting] = useState(false);
  const next = useRef<typeof asked | null>(null);
  const busy = useRef(false);

  const run = useCallback(async () => {
    if (busy.current) return;
    busy.current = true;
    while (next.current) {
      const now = next.current;
      next.current = null;
      const late = setTimeout(() => setWaiting(true), 300);
      try {
        const found = await post<Answer>("answer", now);
        setAnswer(found);
        setFailed(null);
      } catch (error) {
        if (error instanceof Refused) setFailed(error.refusal);
      }
      clearTimeout(late);
      setWaiting(false);
    }
    busy.current = false;
  }, []);

  // before the page is painted: the question leaves a frame earlier
  useLayoutEffect(() => {
    next.current = asked;
    void run();
  }, [asked, run]);
  return { answer, failed, waiting };
}

/** The slow answer once the controls have settled; it can be stopped, and stops itself when the question changes. */
function useLedger(asked: ReturnType<typeof question>, answer: Answer | null) {
  const [found, setFound] = useState<LedgerAnswer | null>(null);
  const [share, setShare] = useState<number | null>(null);
  const [stage, setStage] = useState("");
  const [failed, setFailed] = useState("");
  const running = useRef<AbortController | null>(null);
  const key = useMemo(() => JSON.stringify(asked), [asked]);

  const stop = useCallback(() => {
    running.current?.abort();
    running.current = null;
    setShare(null);
  }, []);
  const start = useCallback(() => {
    stop();
    const control = new AbortController();
    running.current = control;
    setShare(0);
    setFailed("");
    askLedger(JSON.parse(key) as typeof asked, control.signal, (done, what) => (setShare(done), setStage(what)))
      .then((answer) => setFound(answer))
      .catch((error: unknown) => error instanceof Refused && setFailed(error.message))
      .finally(() => running.current === control && stop());
  }, [key, stop]);

  useEffect(() => {
    stop();
    setFound(null);
    setFailed("");
    if (!answer) return;
    const timer = setTimeout(start, SETTLED);
    return () => clearTimeout(timer);
  }, [key, answer !== null]);
  return { found, share, stage, failed, start, stop };
}

function Search({ catalogue, onPick, onNote }: { catalogue: Catalogue; onPick: (code: string) => void; onNote: (note: string) => void }) {
  const pick = (field: HTMLInputElement) => {
    const key = field.value.trim().toLowerCase();
    if (!key) return;
    const known = catalogue.economies.find((one) => [one.code, one.name, ...one.aliases].some((name) => name.toLowerCase() === key));
    const inside = catalogue.rest.find((one) => one.name.toLowerCase() === key || one.code.toLowerCase() === key);
    if (known) {
      onPick(known.code);
      onNote("");
    } else onNote(inside ? `${inside.name} ${T.inRest}` : `Nothing is called "${field.value}".`);
    field.value = "";
  };
  return (
    <>
      <input class="search" list="all-economies" aria-label={T.search} placeholder={T.search} onChange={(event) => pick(event.currentTarget)} />
      <datalist id="all-economies">
        {[...catalogue.economies, ...catalogue.rest].map((one) => (
          <option value={one.name} />
        ))}
      </datalist>
    </>
  );
}

function ErrorBox({ refusal }: { refusal: Refusal }) {
  return (
    <div class="error" role="alert">
      <p>
        <b>{refusal.what}</b> {refusal.where && `(${refusal.where})`}
      </p>
      {refusal.found && <p>Found: {refusal.found}.</p>}
      {refusal.expected && <p>Expected: {refusal.expected}.</p>}
      {refusal.next_step && <p>{refusal.next_step}</p>}
      {refusal.code && <p class="note">{refusal.code}</p>}
    </div>
  );
}
