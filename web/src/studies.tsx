// The other commands as questions: what to choose, a bar while it works, a way to stop, and what was found.

import { useEffect, useRef, useState } from "preact/hooks";
import { type Catalogue, type Exhibit, type Found, type Question, Refused, stream, type StudyField } from "./api";
import { Figure } from "./figure";
import { choicesOf, Names } from "./names";
import { T } from "./texts";
import { number } from "./words";

type Options = Record<string, string | number | boolean | string[]>;

export function Studies({ catalogue, question }: { catalogue: Catalogue; question: Question }) {
  const [name, setName] = useState("");
  const [options, setOptions] = useState<Options>({});
  const [share, setShare] = useState<number | null>(null);
  const [stage, setStage] = useState("");
  const [said, setSaid] = useState("");
  const [found, setFound] = useState<Found | null>(null);
  const running = useRef<AbortController | null>(null);
  const study = catalogue.studies.find((one) => one.name === name);
  const key = JSON.stringify(question);
  const stop = (note: string) => {
    running.current?.abort();
    running.current = null;
    setShare(null);
    setSaid(note);
  };
  useEffect(() => () => running.current?.abort(), []);
  useEffect(() => {
    if (running.current || found) stop(T.changed);
    setFound(null);
  }, [key]);
  const ask = () => {
    const control = new AbortController();
    running.current = control;
    setShare(0);
    setSaid("");
    setFound(null);
    stream<Found>("study", { ...question, study: name, options }, "study", control.signal, (done, what) => (setShare(done), setStage(what)))
      .then(setFound)
      .catch((error: unknown) => error instanceof Refused && setSaid(error.message))
      .finally(() => running.current === control && (setShare(null), (running.current = null)));
  };
  return (
    <section class="studies" aria-label={T.more}>
      <h2>{T.more}</h2>
      <label class="row">
        {T.study}
        <select value={name} onChange={(event) => (setName(event.currentTarget.value), setOptions({}), setFound(null), stop(""))}>
          <option value="">{T.chooseStudy}</option>
          {catalogue.studies.map((one) => (
            <option value={one.name}>
              {one.name}: {one.about}
            </option>
          ))}
        </select>
      </label>
      {study && (
        <>
          <div class="fields">
            {study.fields.map((field) => (
              <Choice key={`${name}.${field.name}`} field={field} catalogue={catalogue} value={options[field.name]} set={(value) => setOptions((old) => ({ ...old, [field.name]: value }))} />
            ))}
          </div>
          <div class="row">
            {share === null ? (
              <button type="button" onClick={ask}>
                {T.ask_}
              </button>
            ) : (
              <>
                <progress aria-label={`${name} ${stage}`} max={1} value={share} />
                <span class="sub">{stage}</span>
                <button type="button" onClick={() => stop(T.stopped)}>
                  {T.cancel}
                </button>
              </>
            )}
          </div>
        </>
      )}
      {said && (
        <p class="note" role="status">
          {said}
        </p>
      )}
      {found && (
        <>
          {found.exhibits.map((one) => (
            <Shown key={one.name} exhibit={one} />
          ))}
          <h3>{T.command}</h3>
          <pre tabIndex={0}>{found.command}</pre>
        </>
      )}
    </section>
  );
}

function Choice({ field, catalogue, value, set }: { field: StudyField; catalogue: Catalogue; value: Options[string] | undefined; set: (value: Options[string]) => void }) {
  const label = field.name.replaceAll("-", " ").replaceAll("_", " ");
  if (field.kind === "economies" || field.kind === "goods") {
    const goods = field.kind === "goods";
    return <Names label={label} about={field.about} value={value} choices={choicesOf(catalogue, undefined, goods)} rest={goods ? undefined : catalogue.rest} onChange={set} />;
  }
  if (field.kind === "flag") {
    return (
      <label class="row">
        <input type="checkbox" checked={(value ?? field.default) === true} onChange={(event) => set(event.currentTarget.checked)} /> {label}: {field.about}
      </label>
    );
  }
  if (field.kind === "choice") {
    return (
      <label class="row">
        {label}: {field.about}
        <select value={String(value ?? field.default)} onChange={(event) => set(event.currentTarget.value)}>
          {field.choices.map((one) => (
            <option value={one}>{one.replaceAll("_", " ")}</option>
          ))}
        </select>
      </label>
    );
  }
  return (
    <label class="row">
      {label}: {field.about}
      <input type="number" min={field.low} max={field.high} step="any" value={Number(value ?? field.default)} onChange={(event) => set(Number(event.currentTarget.value))} />
    </label>
  );
}

function Shown({ exhibit }: { exhibit: Exhibit }) {
  const columns = Object.keys(exhibit.rows[0] ?? {}).map((key) => ({ key, head: key.replaceAll("_", " "), text: exhibit.rows.every((row) => typeof row[key] !== "number") }));
  const caveat = [...exhibit.caveats, exhibit.rows_in_all > exhibit.rows.length ? `The first ${exhibit.rows.length} of ${exhibit.rows_in_all} rows.` : ""].join(" ");
  return (
    <Figure
      name={exhibit.name}
      title={exhibit.title}
      subtitle={`${exhibit.subtitle} (${exhibit.unit})`}
      source={exhibit.source}
      caveat={caveat}
      columns={columns}
      rows={exhibit.rows}
      picture={exhibit.svg}
      show={(value, column) => (column.text ? String(value ?? "") : number(value as number | null))}
    >
      {exhibit.svg ? <img class="paper" src={`data:image/svg+xml;charset=utf-8,${encodeURIComponent(exhibit.svg)}`} alt={exhibit.title} /> : <p class="empty">{T.noPicture}</p>}
    </Figure>
  );
}
