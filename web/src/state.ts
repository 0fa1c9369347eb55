// The question on screen: one value, with undo and redo, and the URL as its only place of storage.

import type { Item, ListName, Question, Scenario } from "./api";

export interface Doc {
  scenario: Scenario;
  off: string[]; // switched-off measures, "sanctions.0"
  elasticity: string;
  closure: string;
  model: string | null;
  compare: string; // a library scenario, or ""
}

export const LISTS: ListName[] = ["given", "sanctions", "responses"];

export function fresh(scenario: Scenario): Doc {
  return { scenario, off: [], elasticity: "combined", closure: "fixed", model: null, compare: "" };
}

/** What is asked: the scenario without what is switched off. */
export function question(doc: Doc): Question {
  const scenario: Scenario = { ...doc.scenario };
  for (const list of LISTS) {
    const kept = (doc.scenario[list] ?? []).filter((_, place) => !doc.off.includes(`${list}.${place}`));
    if (kept.length) scenario[list] = kept;
    else delete scenario[list];
  }
  return { scenario, elasticity: doc.elasticity, closure: doc.closure, model: doc.model };
}

export function withItem(doc: Doc, list: ListName, place: number, item: Item | null): Doc {
  const items = [...(doc.scenario[list] ?? [])];
  let off = doc.off;
  if (item === null) {
    items.splice(place, 1);
    off = off
      .filter((key) => key !== `${list}.${place}`)
      .map((key) => {
        const [name, number] = key.split(".") as [string, string];
        return name === list && Number(number) > place ? `${name}.${Number(number) - 1}` : key;
      });
  } else items[place] = item;
  return { ...doc, off, scenario: { ...doc.scenario, [list]: items } };
}

export function switched(doc: Doc, list: ListName, place: number): Doc {
  const key = `${list}.${place}`;
  return { ...doc, off: doc.off.includes(key) ? doc.off.filter((one) => one !== key) : [...doc.off, key] };
}

export interface History {
  past: Doc[];
  now: Doc;
  future: Doc[];
}

const MOST = 100;

/** A change; changes of one kind that follow each other closely (a slider that moves) are one step back. */
export function changed(history: History, now: Doc, merge: boolean): History {
  const past = merge ? history.past : [...history.past, history.now].slice(-MOST);
  return { past, now, future: [] };
}

export function undone(history: History): History {
  const now = history.past.at(-1);
  return now ? { past: history.past.slice(0, -1), now, future: [history.now, ...history.future] } : history;
}

export function redone(history: History): History {
  const [now, ...future] = history.future;
  return now ? { past: [...history.past, history.now], now, future } : history;
}

async function through(bytes: Uint8Array<ArrayBuffer>, stream: CompressionStream | DecompressionStream): Promise<Uint8Array> {
  const out = new Blob([bytes]).stream().pipeThrough(stream);
  return new Uint8Array(await new Response(out).arrayBuffer());
}

export async function toHash(doc: Doc): Promise<string> {
  const packed = await through(new TextEncoder().encode(JSON.stringify(doc)) as Uint8Array<ArrayBuffer>, new CompressionStream("deflate-raw"));
  let binary = "";
  for (const byte of packed) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

export async function fromHash(hash: string): Promise<Doc | null> {
  try {
    const binary = atob(hash.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(binary, (char) => char.charCodeAt(0)) as Uint8Array<ArrayBuffer>;
    const doc = JSON.parse(new TextDecoder().decode(await through(bytes, new DecompressionStream("deflate-raw")))) as Doc;
    return doc && typeof doc.scenario === "object" && Array.isArray(doc.off) ? { ...fresh(doc.scenario), ...doc } : null;
  } catch {
    return null;
  }
}
