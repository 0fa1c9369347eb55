// How numbers are said: one decimal below ten, none above, a second where the first alone would be 0.0.

import type { Answer } from "./api";

export function number(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "n/a";
  const size = Math.abs(value);
  if (size < 0.005) return "0.0";
  const said = size < 0.05 ? size.toFixed(2) : Math.round(size * 10) / 10 < 10 ? size.toFixed(1) : Math.round(size).toLocaleString("en-GB");
  return value > 0 ? said : `\u2212${said}`;
}

export function percent(value: number | null | undefined): string {
  const said = number(value);
  return said === "n/a" ? said : `${said} %`;
}

export function money(million: number | null | undefined): string {
  if (million === null || million === undefined) return "n/a";
  const size = Math.abs(million);
  if (size >= 999_500) return `${number(million / 1e6)} trillion USD`;
  if (size >= 999.5) return `${number(million / 1e3)} billion USD`;
  return `${number(million)} million USD`;
}

export function sign(value: number | null | undefined): string {
  return value !== null && value !== undefined && value >= 0.005 ? `+${number(value)}` : number(value);
}

export function headline(answer: Answer): string {
  const sorted = [...answer.economies].filter((one) => one.percent !== null).sort((a, b) => a.percent! - b.percent!);
  const [worst, best] = [sorted[0], sorted.at(-1)];
  const said = [];
  if (worst && worst.percent! < -1e-9) said.push(`${worst.name} loses most (${percent(worst.percent)})`);
  if (best && best.percent! > 1e-9) said.push(`${best.name} gains most (${percent(best.percent)})`);
  return said.join(", ") || "No economy's welfare changes";
}
