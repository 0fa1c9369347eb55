// What the server says, typed, and the three ways of asking it.

export type Fields = Record<string, unknown>;
export type Item = Record<string, Fields>; // one measure: its kind and its fields
export type ListName = "given" | "sanctions" | "responses";
export interface Scenario {
  name: string;
  world?: string;
  model?: unknown;
  story?: string;
  sources?: string[];
  given?: Item[];
  sanctions?: Item[];
  responses?: Item[];
  [key: string]: unknown;
}
export interface Question {
  scenario: Scenario;
  elasticity: string;
  closure: string;
  model: string | null;
}
export interface Economy {
  code: string;
  name: string;
  side: string;
  percent: number | null;
  harm: number | null;
  million_usd: number | null;
  usd_per_head: number | null;
}
export interface Group {
  code: string;
  name: string;
  kind: string;
  members: number;
  harm: number | null;
  offset: number | null;
  net: number | null;
  offset_share: number | null;
}
export interface Step {
  label: string;
  kind: "harm" | "response" | "net";
  percent: number | null;
}
export interface Said {
  label: string;
  sentence: string;
  source: string;
  channel: boolean;
}
export interface Answer {
  sentence: string;
  headline: string;
  convergence: string;
  unit: string;
  source: string;
  caveats: string[];
  economies: Economy[];
  groups: Group[];
  ladder: Step[];
  essentials: {
    title: string;
    rows: { goods: string; real_price_change_percent: number | null; import_volume_change_percent: number | null }[];
    caveats: string[];
  } | null;
  measures: Record<ListName, Said[]>;
  failed: Record<string, string>;
}
export interface LedgerAnswer {
  sentence: string;
  parts: { label: string; percent: number | null }[];
  ranges: { harm?: [number | null, number | null]; net?: [number | null, number | null] };
  bands: { code: string; low: number | null; high: number | null }[];
  missing: string[];
  convergence: string;
  cite: string[];
}
export interface Why {
  code: string;
  name: string;
  welfare: number | null;
  first_order: number | null;
  parts: { label: string; percent: number | null }[];
  partners: { code: string; name: string; exports: number | null; imports: number | null }[];
  sectors: { code: string; name: string; value_added: number | null }[];
  unit: string;
  source: string;
}
export interface Pair {
  origin: string;
  destination: string;
  total: { base: number | null; now: number | null };
  sectors: { code: string; name: string; base: number | null; now: number | null }[];
  unit: string;
  source: string;
}
export interface Compared {
  titles: [string, string];
  unit: string;
  rows: { code: string; name: string; welfare_first_percent: number | null; welfare_second_percent: number | null; difference_percentage_points: number | null }[];
}
export interface FieldNote {
  name: string;
  about: string;
  default: string;
  required: boolean;
  size: boolean;
  sides: boolean;
}
export interface Kind {
  kind: string;
  sentence: string;
  equation: string;
  limits: string;
  fields: FieldNote[];
}
export interface StudyField {
  name: string;
  kind: "economies" | "goods" | "number" | "flag" | "choice";
  about: string;
  default: string | number | boolean | null;
  low: number;
  high: number;
  choices: string[];
}
export interface Exhibit {
  name: string;
  kind: string;
  title: string;
  subtitle: string;
  unit: string;
  source: string;
  caveats: string[];
  rows: Record<string, unknown>[];
  rows_in_all: number;
  svg: string;
}
export interface Found {
  exhibits: Exhibit[];
  command: string;
}
export interface Catalogue {
  studies: { name: string; about: string; fields: StudyField[] }[];
  version: string;
  worlds: { name: string; about: string }[];
  elasticities: string[];
  models: { name: string; source: string }[];
  closures: string[];
  economies: { code: string; name: string; aliases: string[] }[];
  rest: { code: string; name: string }[];
  blocs: { code: string; name: string; members: string[] }[];
  goods: { code: string; about: string }[];
  sectors: { code: string; name: string }[];
  measures: Kind[];
  scenarios: { name: string; line: string; sourced: number; scenario: Scenario }[];
}
export interface Shape {
  code: string;
  name: string;
  disputed: boolean;
  rings: [number, number][][];
}
export interface Refusal {
  code: string;
  what: string;
  where: string;
  found: string;
  expected: string;
  next_step: string;
  text: string;
}

export class Refused extends Error {
  constructor(readonly refusal: Refusal) {
    super(refusal.text);
  }
}

const UNREACHABLE: Refusal = {
  code: "",
  what: "The server does not answer",
  where: "",
  found: "",
  expected: "",
  next_step: "Start it again with countervail web; this page keeps the scenario and asks again.",
  text: "The server does not answer. Start it again with countervail web; this page keeps the scenario and asks again.",
};

async function reply(call: Promise<Response>): Promise<Response> {
  let answer: Response;
  try {
    answer = await call;
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Refused(UNREACHABLE);
  }
  if (!answer.ok) throw new Refused({ ...UNREACHABLE, ...((await answer.json()) as Partial<Refusal>) });
  return answer;
}

export async function get<T>(path: string): Promise<T> {
  return (await (await reply(fetch(`api/${path}`))).json()) as T;
}

export async function post<T>(path: string, body: unknown, signal?: AbortSignal): Promise<T> {
  return (await (await send(path, body, signal)).json()) as T;
}

export async function text(path: string, body: unknown): Promise<string> {
  return (await send(path, body)).text();
}

function send(path: string, body: unknown, signal?: AbortSignal): Promise<Response> {
  const init = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), signal };
  return reply(fetch(`api/${path}`, init));
}

/** The slow answer, line by line; aborting the signal stops the work on the server too. */
export function ledger(question: Question, signal: AbortSignal, told: (share: number, stage: string) => void): Promise<LedgerAnswer> {
  return stream<LedgerAnswer>("ledger", question, "ledger", signal, told);
}

/** Any slow answer: progress as it comes, then what was found under its key. */
export async function stream<T>(path: string, body: unknown, key: string, signal: AbortSignal, told: (share: number, stage: string) => void): Promise<T> {
  const answer = await send(path, body, signal);
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    const lines = (rest + (value ?? "")).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const said = JSON.parse(line) as {
        progress?: { stage: string; done: number; total: number };
        error?: Refusal;
      } & Record<string, unknown>;
      if (said.error) throw new Refused(said.error);
      if (said[key]) return said[key] as T;
      if (said.progress) told(said.progress.total ? said.progress.done / said.progress.total : 0, said.progress.stage);
    }
    if (done) throw new Refused(UNREACHABLE);
  }
}
