// One measure as a card: its sentence first, the controls inside, a switch, a way out.

import { useId, useState } from "preact/hooks";
import type { Catalogue, Fields, Item, Said } from "./api";
import { choicesOf, Names } from "./names";
import { T } from "./texts";

interface Props {
  catalogue: Catalogue;
  item: Item;
  said: Said | undefined;
  on: boolean;
  own: { blocs?: Record<string, unknown>; goods?: Record<string, unknown> };
  onSwitch: () => void;
  onChange: (item: Item | null, merge: boolean) => void;
}

const HIDDEN = ["name", "source", "start", "full_by", "end", "when", "in_force"];

export function Card({ catalogue, item, said, on, own, onSwitch, onChange }: Props) {
  const [open, setOpen] = useState(false);
  const [[kind, fields]] = Object.entries(item) as [[string, Fields]];
  const about = catalogue.measures.find((one) => one.kind === kind);
  const name = (fields.name as string) || said?.label || kind.replaceAll("_", " ");
  const set = (field: string, value: unknown, merge = false) => {
    const next = { ...fields };
    const empty = value === undefined || value === "" || (Array.isArray(value) && value.length === 0);
    if (empty) delete next[field];
    else next[field] = value;
    onChange({ [kind]: next }, merge);
  };
  const shown = about?.fields.filter((field) => !HIDDEN.includes(field.name)) ?? [];
  const sizes = shown.filter((field) => field.size && (field.name in fields || field.required));
  return (
    <article class={`card${on ? "" : " is-off"}`} aria-label={name}>
      <header>
        <label class="switch" title={on ? T.on : T.off}>
          <input type="checkbox" checked={on} onChange={onSwitch} aria-label={`${name}: ${on ? T.on : T.off}`} />
          <span />
        </label>
        <h4>{name}</h4>
        <button type="button" class="link" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? T.close : "Change"}
        </button>
      </header>
      <p>{said?.sentence ?? about?.sentence}</p>
      {said && !said.channel && <p class="note">No economic channel here, so it has no number.</p>}
      {sizes.map((field) => (
        <Slider label={field.name} about={field.about} value={fields[field.name]} onChange={(value) => set(field.name, value, true)} />
      ))}
      {open && (
        <div class="fields">
          {shown.map((field) =>
            field.sides ? (
              <Names label={field.name} about={field.about} value={fields[field.name]} choices={choicesOf(catalogue, own.blocs, false)} rest={catalogue.rest} onChange={(value) => set(field.name, value)} />
            ) : field.name === "goods" || field.name === "exempt" ? (
              <Names label={field.name} about={field.about} value={fields[field.name]} choices={choicesOf(catalogue, own.goods, true)} onChange={(value) => set(field.name, value)} />
            ) : sizes.includes(field) || typeof fields[field.name] === "object" ? null : (
              <Text label={field.name} about={`${field.about} (${field.default})`} value={fields[field.name]} onChange={(value) => set(field.name, value)} />
            ),
          )}
          {["name", "source"].map((field) => (
            <Text label={field} about={field === "name" ? "what it is called" : "where scope and size come from, or the word assumption"} value={fields[field]} onChange={(value) => set(field, value)} />
          ))}
          {about && (
            <p class="note">
              {about.equation} {about.limits}
            </p>
          )}
          <button type="button" class="danger" onClick={() => onChange(null, false)}>
            {T.remove}
          </button>
        </div>
      )}
      {said?.source && !open && <p class="source">{said.source}</p>}
    </article>
  );
}

function share(value: unknown): number {
  if (typeof value === "number") return value * 100;
  const said = /^\s*([-+]?[\d.]+)\s*(%?)/.exec(String(value ?? ""));
  return said ? Number(said[1]) * (said[2] ? 1 : 100) : 0;
}

function Slider({ label, about, value, onChange }: { label: string; about: string; value: unknown; onChange: (value: string) => void }) {
  const id = useId();
  const now = share(value);
  const most = label === "rate" ? Math.max(50, Math.ceil(now / 50) * 50) : label === "saving" ? 50 : 100;
  return (
    <div class="slider">
      <label for={id} title={about}>
        {label}
      </label>
      <input id={id} type="range" min="0" max={label === "saving" || label === "licence" ? most - 1 : most} step={most > 50 ? 1 : 0.5} value={now} onInput={(event) => onChange(`${event.currentTarget.value} %`)} />
      <output for={id}>{Math.round(now * 10) / 10} %</output>
    </div>
  );
}

function Text({ label, about, value, onChange }: { label: string; about: string; value: unknown; onChange: (value: unknown) => void }) {
  const id = useId();
  return (
    <div class="field">
      <label for={id} title={about}>
        {label}
      </label>
      <input id={id} value={value === undefined || value === null ? "" : String(value)} placeholder={about} onChange={(event) => onChange(event.currentTarget.value)} />
    </div>
  );
}
