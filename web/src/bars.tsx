// Sorted bars with a zero line; a bar is a button that asks why.

import type { Economy } from "./api";
import { SIDE_TEXT, SIDES } from "./colour";
import { Figure } from "./figure";
import { T } from "./texts";
import { number } from "./words";

const ROW = 22;
const WIDTH = 560;
const LEFT = 150;

export interface Bar {
  code: string;
  label: string;
  value: number | null;
  low?: number | null;
  high?: number | null;
  side: string;
}

export function extremes(economies: Economy[], bands: Map<string, { low: number | null; high: number | null }>, most = 10): Bar[] {
  const sorted = [...economies].filter((one) => one.percent !== null).sort((a, b) => a.percent! - b.percent!);
  const losers = sorted.filter((one) => one.percent! < -1e-9).slice(0, most);
  const gainers = sorted.filter((one) => one.percent! > 1e-9).slice(-most);
  return [...losers, ...gainers].map((one) => ({ code: one.code, label: one.name, value: one.percent, side: one.side, ...bands.get(one.code) }));
}

interface Props {
  name: string;
  title: string;
  subtitle: string;
  unit: string;
  source: string;
  bars: Bar[];
  onPick?: (code: string) => void;
}

export function Bars(props: Props) {
  const ends = props.bars.flatMap((bar) => [bar.value, bar.low, bar.high]).filter((value): value is number => typeof value === "number");
  const low = Math.min(0, ...ends);
  const high = Math.max(0, ...ends);
  const span = high - low || 1;
  const x = (value: number) => LEFT + 46 + ((value - low) / span) * (WIDTH - LEFT - 92);
  const height = props.bars.length * ROW + 24;
  return (
    <Figure
      name={props.name}
      title={props.title}
      subtitle={props.subtitle}
      source={props.source}
      columns={[
        { key: "label", head: "", text: true },
        { key: "value", head: props.unit },
        { key: "low", head: "lowest" },
        { key: "high", head: "highest" },
      ]}
      rows={props.bars as unknown as Record<string, unknown>[]}
      show={(value, column) => (column.text ? String(value) : number(value as number | null))}
    >
      {props.bars.length === 0 ? (
        <p class="empty">Nobody's welfare changes.</p>
      ) : (
        <>
          <svg class="drawing" viewBox={`0 0 ${WIDTH} ${height}`} role="img" aria-label={`${props.title}. ${props.subtitle}`}>
            {props.bars.map((bar, place) => {
              const y = place * ROW + 4;
              const value = bar.value ?? 0;
              const right = value >= 0;
              const reach = [value, bar.low, bar.high, 0].filter((one): one is number => typeof one === "number");
              const tip = right ? Math.max(...reach) : Math.min(...reach);
              return (
                <g class={props.onPick ? "pick" : ""} onClick={() => props.onPick?.(bar.code)}>
                  <rect x="0" y={y - 2} width={WIDTH} height={ROW} fill="transparent" />
                  <text x={LEFT} y={y + 13} text-anchor="end" class="name">
                    {bar.label}
                  </text>
                  {typeof bar.low === "number" && typeof bar.high === "number" && (
                    <rect class="band" x={x(bar.low)} y={y - 1} width={x(bar.high) - x(bar.low)} height={ROW - 2} style={{ fill: SIDES[bar.side] ?? "var(--third)" }} />
                  )}
                  <rect class="bar" x={Math.min(x(0), x(value))} y={y + 2} width={Math.abs(x(value) - x(0))} height={ROW - 8} style={{ fill: SIDES[bar.side] ?? "var(--third)" }} />
                  <text x={x(tip) + (right ? 5 : -5)} y={y + 13} text-anchor={right ? "start" : "end"} class="value">
                    {number(bar.value)}
                  </text>
                </g>
              );
            })}
            <line x1={x(0)} x2={x(0)} y1="0" y2={height - 20} class="zero" />
            {(["target", "sender", "partner", "third"] as const)
              .filter((side) => new Set(props.bars.map((bar) => bar.side)).size > 1 && props.bars.some((bar) => bar.side === side))
              .map((side, place) => (
                <text x={LEFT + 46 + place * 100} y={height - 4} class="key" style={{ fill: SIDE_TEXT[side] }}>
                  {{ target: "target", sender: "senders", partner: "partners", third: "third parties" }[side]}
                </text>
              ))}
          </svg>
          {props.onPick && (
            <label class="pickline">
              {T.why}{" "}
              <select
                onChange={(event) => {
                  const code = event.currentTarget.value;
                  if (code) props.onPick?.(code);
                  event.currentTarget.value = "";
                }}
              >
                <option value="">choose an economy</option>
                {props.bars.map((bar) => (
                  <option value={bar.code}>{bar.label}</option>
                ))}
              </select>
            </label>
          )}
        </>
      )}
    </Figure>
  );
}
