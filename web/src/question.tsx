// The left column: where to start, the measures as cards, the settings.

import { useState } from "preact/hooks";
import type { Answer, Catalogue, ListName } from "./api";
import { Card } from "./card";
import { type Doc, fresh, switched, withItem } from "./state";
import { T } from "./texts";

interface Props {
  catalogue: Catalogue;
  doc: Doc;
  answer: Answer | null;
  onChange: (doc: Doc, merge?: boolean) => void;
}

const EMPTY = { name: "My question", world: "icio2021", sanctions: [], responses: [] };

export function QuestionColumn({ catalogue, doc, answer, onChange }: Props) {
  return (
    <section class="question" aria-label={T.ask}>
      <label class="row">
        {T.start}
        <select
          value=""
          onChange={(event) => {
            const name = event.currentTarget.value;
            const chosen = catalogue.scenarios.find((one) => one.name === name);
            onChange(fresh(chosen ? structuredClone(chosen.scenario) : { ...EMPTY }));
            event.currentTarget.value = "";
          }}
        >
          <option value="" disabled>
            {doc.scenario.name}
          </option>
          <option value="-">{T.empty}</option>
          {catalogue.scenarios.map((one) => (
            <option value={one.name} title={one.line}>
              {one.name}: {one.line.slice(0, 70)}
            </option>
          ))}
        </select>
      </label>
      <input class="name" aria-label="Name of the scenario" value={doc.scenario.name} onChange={(event) => onChange({ ...doc, scenario: { ...doc.scenario, name: event.currentTarget.value || "Untitled" } })} />
      {doc.scenario.story && (
        <details>
          <summary>Story and sources</summary>
          <p>{doc.scenario.story}</p>
          <ul>
            {(doc.scenario.sources ?? []).map((source) => (
              <li>{source}</li>
            ))}
          </ul>
        </details>
      )}
      {(["given", "sanctions", "responses"] as ListName[]).map((list) => (
        <Measures key={list} list={list} catalogue={catalogue} doc={doc} answer={answer} onChange={onChange} />
      ))}
      <Settings catalogue={catalogue} doc={doc} onChange={onChange} />
    </section>
  );
}

function Measures({ list, catalogue, doc, answer, onChange }: Props & { list: ListName }) {
  const [kind, setKind] = useState("");
  const items = doc.scenario[list] ?? [];
  if (list === "given" && items.length === 0) return null;
  const off = (place: number) => doc.off.includes(`${list}.${place}`);
  // sentences come back for what was asked: those that are switched on, in order
  let asked = -1;
  const suggestions = list === "responses" ? ["corridor", "agreement", "payments", "substitution", "contract", "restoration", "retaliation"] : ["embargo", "tariff", "friction", "export_control", "price_cap", "exclusion", "freeze", "transport"];
  const others = catalogue.measures.map((one) => one.kind).filter((one) => !suggestions.includes(one));
  return (
    <div class={`measures ${list}`}>
      <h3>{T[list]}</h3>
      {items.length === 0 && <p class="empty">{list === "sanctions" ? T.noMeasures : "No responses yet."}</p>}
      {items.map((item, place) => {
        if (!off(place)) asked += 1;
        return (
          <Card
            key={`${list}.${place}`}
            catalogue={catalogue}
            item={item}
            said={off(place) ? undefined : answer?.measures[list]?.[asked]}
            on={!off(place)}
            own={{ blocs: doc.scenario.blocs as Record<string, unknown>, goods: doc.scenario.goods as Record<string, unknown> }}
            onSwitch={() => onChange(switched(doc, list, place))}
            onChange={(changed, merge) => onChange(withItem(doc, list, place, changed), merge)}
          />
        );
      })}
      <div class="row">
        <select aria-label={`${T.add}: ${T[list]}`} value={kind} onChange={(event) => setKind(event.currentTarget.value)}>
          <option value="">{T.add}</option>
          {[...suggestions, ...others].map((one) => (
            <option value={one}>{one.replaceAll("_", " ")}</option>
          ))}
        </select>
        <button type="button" disabled={!kind} onClick={() => (onChange(withItem(doc, list, items.length, started(kind))), setKind(""))}>
          {T.add}
        </button>
      </div>
    </div>
  );
}

/** A first version of a measure, about the best-known case, so that a card is never born broken. */
function started(kind: string) {
  const west = ["EU27", "USA", "GBR"];
  const pair = { between: ["RUS", "CHN"] };
  const sides = { by: west, on: ["RUS"] };
  const first: Record<string, Record<string, unknown>> = {
    embargo: { ...sides, goods: ["technology"], leakage: "10 %" },
    tariff: { ...sides, rate: "25 %" },
    friction: { ...sides, rate: "5 %", kind: "payments" },
    export_control: { ...sides, goods: ["technology"], leakage: "10 %" },
    exclusion: { ...sides, rate: "10 %", share: "50 %" },
    freeze: { ...sides, assets: "300000", yields: "2 %" },
    transport: { ...sides, mode: "sea", rate: "10 %" },
    price_cap: { sellers: ["RUS"], by: west, goods: ["oil_gas"], fall: "20 %" },
    quota: { seller: ["RUS"], buyer: ["EU27"], goods: ["oil_gas"], volume: "50 %" },
    contract: { seller: ["RUS"], buyer: ["CHN"], goods: ["oil_gas"], volume: "110 %" },
    corridor: { ...pair, goods: ["essentials"], saving: "5 %" },
    agreement: { ...pair, saving: "5 %" },
    payments: { ...pair, removes: "50 %" },
    substitution: { by: ["RUS"], goods: ["technology"], rate: "5 %" },
    technology: { by: ["RUS"], goods: ["technology"], rate: "5 %" },
    investment: { by: ["RUS"], rate: "2 %" },
    subsidy: { by: ["RUS"], goods: ["steel"], rate: "5 %" },
    transfer: { payer: ["CHN"], payee: ["RUS"], amount: "1000" },
    disruption: { ...pair, goods: ["manufacturing"], rate: "3 %", name: "disruption" },
    restoration: { of: "disruption", share: "50 %" },
    retaliation: { of: "sanctions" },
    investment_stop: { ...sides, amount: "1000" },
    route: { ...pair, mode: "rail", saving: "5 %" },
    boycott: { ...sides },
  };
  return { [kind]: first[kind] ?? { ...sides } };
}

function Settings({ catalogue, doc, onChange }: Omit<Props, "answer">) {
  const choose = (label: string, value: string, choices: [string, string][], set: (value: string) => Doc) => (
    <label class="row">
      {label}
      <select value={value} onChange={(event) => onChange(set(event.currentTarget.value))}>
        {choices.map(([code, name]) => (
          <option value={code}>{name}</option>
        ))}
      </select>
    </label>
  );
  const same = (codes: string[]) => codes.map((code): [string, string] => [code, code.replaceAll("_", " ")]);
  return (
    <details class="settings">
      <summary>{T.settings}</summary>
      {choose("World", doc.scenario.world ?? "icio2022", same(catalogue.worlds.map((one) => one.name)), (world) => ({ ...doc, scenario: { ...doc.scenario, world } }))}
      {choose(T.elasticity, doc.elasticity, same(catalogue.elasticities), (elasticity) => ({ ...doc, elasticity }))}
      {choose(T.closure, doc.closure, same(catalogue.closures), (closure) => ({ ...doc, closure }))}
      {choose(T.model, doc.model ?? "", [["", T.ownModel], ...same(catalogue.models.map((one) => one.name))], (model) => ({ ...doc, model: model || null }))}
    </details>
  );
}
