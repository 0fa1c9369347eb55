// Choosing economies, blocs and goods by name: chips with an adding field that knows every spelling.

import { useId, useState } from "preact/hooks";
import type { Catalogue } from "./api";
import { T } from "./texts";

interface Props {
  label: string;
  about: string;
  value: unknown;
  choices: { code: string; name: string }[];
  rest?: { code: string; name: string }[];
  onChange: (value: string[]) => void;
}

export function listed(value: unknown): string[] {
  if (Array.isArray(value)) return value.map(String);
  return value === undefined || value === null || value === "" ? [] : [String(value)];
}

export function choicesOf(catalogue: Catalogue, own: Record<string, unknown> | undefined, goods: boolean): { code: string; name: string }[] {
  const mine = Object.keys(own ?? {}).map((name) => ({ code: name, name: `${name} (own list)` }));
  const known = goods
    ? [...catalogue.goods.map((one) => ({ code: one.code, name: one.code.replaceAll("_", " ") })), ...catalogue.sectors]
    : [...catalogue.economies, ...catalogue.blocs];
  return [...mine, ...known];
}

export function Names({ label, about, value, choices, rest, onChange }: Props) {
  const id = useId();
  const [typed, setTyped] = useState("");
  const [note, setNote] = useState("");
  const names = listed(value);
  const called = (code: string) => choices.find((one) => one.code === code)?.name ?? code.replaceAll("_", " ");
  const add = (wanted: string) => {
    const key = wanted.trim().toLowerCase();
    if (!key) return;
    const found = choices.find((one) => one.code.toLowerCase() === key || one.name.toLowerCase() === key);
    const inside = rest?.find((one) => one.code.toLowerCase() === key || one.name.toLowerCase() === key);
    if (found && !names.includes(found.code)) onChange([...names, found.code]);
    setNote(found ? "" : inside ? `${inside.name} ${T.inRest}` : `Nothing is called "${wanted}".`);
    setTyped("");
  };
  return (
    <div class="field">
      <label for={id} title={about}>
        {label}
      </label>
      <div class="chips">
        {names.map((code) => (
          <span class="chip">
            {called(code)}
            <button type="button" aria-label={`${T.remove} ${called(code)}`} onClick={() => onChange(names.filter((one) => one !== code))}>
              ×
            </button>
          </span>
        ))}
        <input
          id={id}
          list={`${id}-all`}
          value={typed}
          placeholder="add"
          size={10}
          onInput={(event) => {
            const said = event.currentTarget.value;
            if (choices.some((one) => one.name === said)) add(said);
            else setTyped(said);
          }}
          onKeyDown={(event) => {
            if (event.key === "Enter") add(typed);
          }}
          onBlur={() => add(typed)}
        />
        <datalist id={`${id}-all`}>
          {choices.map((one) => (
            <option value={one.name} />
          ))}
          {rest?.map((one) => (
            <option value={one.name} />
          ))}
        </datalist>
      </div>
      {note && (
        <p class="note" role="status">
          {note}
        </p>
      )}
    </div>
  );
}
