// The answer's smaller parts: sides, essentials, why an economy moves, the comparison, the files.

import { useEffect, useState } from "preact/hooks";
import { type Answer, type Compared, type Pair, post, type Question, Refused, text, type Why } from "./api";
import { Bars } from "./bars";
import { save } from "./figure";
import { T } from "./texts";
import { money, number, percent } from "./words";

export function Sides({ answer }: { answer: Answer }) {
  return (
    <section>
      <h3>{T.sides}</h3>
      <div class="wide" tabIndex={0} role="region" aria-label={T.sides}>
        <table>
          <thead>
            <tr>
              <th scope="col"></th>
              <th scope="col" class="n">
                harm, %
              </th>
              <th scope="col" class="n">
                won back, %
              </th>
              <th scope="col" class="n">
                net, %
              </th>
              <th scope="col" class="n">
                won back, % of harm
              </th>
            </tr>
          </thead>
          <tbody>
            {answer.groups.map((group) => (
              <tr>
                <th scope="row">{group.members > 1 ? `${group.name} (${group.members})` : group.name}</th>
                <td class="n">{number(group.harm)}</td>
                <td class="n">{number(group.offset)}</td>
                <td class="n">{number(group.net)}</td>
                <td class="n">{group.offset_share === null ? "n/a" : number(100 * group.offset_share)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

export function Essentials({ answer }: { answer: Answer }) {
  const found = answer.essentials;
  if (!found) return null;
  return (
    <section>
      <h3>{T.essentials}</h3>
      <p class="sub">{found.title}.</p>
      <table>
        <thead>
          <tr>
            <th scope="col"></th>
            <th scope="col" class="n">
              price, %
            </th>
            <th scope="col" class="n">
              import volume, %
            </th>
          </tr>
        </thead>
        <tbody>
          {found.rows.map((row) => (
            <tr>
              <th scope="row">{row.goods}</th>
              <td class="n">{number(row.real_price_change_percent)}</td>
              <td class="n">{number(row.import_volume_change_percent)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="note">{found.caveats.join(" ")}</p>
    </section>
  );
}

/** A question to the server whose answer follows what is asked. */
export function useAnswer<T>(path: string, body: unknown | null): { found: T | null; failed: string } {
  const [state, setState] = useState<{ found: T | null; failed: string }>({ found: null, failed: "" });
  const key = JSON.stringify(body);
  useEffect(() => {
    if (body === null) return setState({ found: null, failed: "" });
    const stop = new AbortController();
    post<T>(path, body, stop.signal)
      .then((found) => setState({ found, failed: "" }))
      .catch((error: unknown) => {
        if (error instanceof Refused) setState({ found: null, failed: error.message });
      });
    return () => stop.abort();
  }, [path, key]);
  return state;
}

export function WhyPanel({ question, code, onClose }: { question: Question; code: string; onClose: () => void }) {
  const { found, failed } = useAnswer<Why>("why", { ...question, economy: code });
  const [partner, setPartner] = useState<{ origin: string; destination: string } | null>(null);
  const pair = useAnswer<Pair>("pair", partner && { ...question, ...partner });
  return (
    <aside class="why" role="dialog" aria-label={found ? `${T.why} ${found.name}` : T.why}>
      <button type="button" class="close" onClick={onClose} aria-label={T.close}>
        ×
      </button>
      {failed && <p class="error">{failed}</p>}
      {!found && !failed && <p>{T.loading}</p>}
      {found && (
        <>
          <h3>
            Why does {found.name} {(found.welfare ?? 0) < 0 ? "lose" : "gain"} {percent(Math.abs(found.welfare ?? 0))} of income?
          </h3>
          <Bars
            name={`why-${found.code}`}
            title="To first order, the parts are"
            subtitle={`Percent of income; together ${number(found.first_order)}, against ${number(found.welfare)} in full`}
            unit="percent"
            source={found.source}
            bars={found.parts.map((part) => ({ code: part.label, label: part.label, value: part.percent, side: "third" }))}
          />
          <h4>Partners whose trade moves most</h4>
          <table>
            <thead>
              <tr>
                <th scope="col"></th>
                <th scope="col" class="n">
                  exports, million USD
                </th>
                <th scope="col" class="n">
                  imports, million USD
                </th>
              </tr>
            </thead>
            <tbody>
              {found.partners.map((one) => (
                <tr>
                  <th scope="row">{one.name}</th>
                  <td class="n">
                    <button type="button" class="link" aria-label={`Sectors of exports to ${one.name}`} onClick={() => setPartner({ origin: found.code, destination: one.code })}>
                      {number(one.exports)}
                    </button>
                  </td>
                  <td class="n">
                    <button type="button" class="link" aria-label={`Sectors of imports from ${one.name}`} onClick={() => setPartner({ origin: one.code, destination: found.code })}>
                      {number(one.imports)}
                    </button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          {pair.found && (
            <>
              <h4>
                From {pair.found.origin} to {pair.found.destination}: {money(pair.found.total.base)} before, {money(pair.found.total.now)} after
              </h4>
              <table>
                <thead>
                  <tr>
                    <th scope="col">sector</th>
                    <th scope="col" class="n">
                      before
                    </th>
                    <th scope="col" class="n">
                      after
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {pair.found.sectors.map((one) => (
                    <tr>
                      <th scope="row">{one.name}</th>
                      <td class="n">{number(one.base)}</td>
                      <td class="n">{number(one.now)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </>
          )}
          <h4>Sectors whose value added moves most</h4>
          <table>
            <tbody>
              {found.sectors.map((one) => (
                <tr>
                  <th scope="row">{one.name}</th>
                  <td class="n">{money(one.value_added)}</td>
                </tr>
              ))}
            </tbody>
          </table>
          <p class="note">{found.unit}.</p>
        </>
      )}
    </aside>
  );
}

export function Comparison({ first, second }: { first: Question; second: Question }) {
  const { found, failed } = useAnswer<Compared>("compare", { first, second });
  if (failed) return <p class="error">{failed}</p>;
  if (!found) return null;
  return (
    <Bars
      name="comparison"
      title={`${found.titles[0]} minus ${found.titles[1]}`}
      subtitle="Difference of welfare, percentage points, the largest"
      unit="percentage points"
      source="countervail; both scenarios as on this page"
      bars={found.rows.slice(0, 16).map((row) => ({ code: row.code, label: row.name, value: row.difference_percentage_points, side: "third" }))}
    />
  );
}

export function FilesPanel({ question, onOpen }: { question: Question; onOpen: (text: string) => void }) {
  const [open, setOpen] = useState(false);
  const { found, failed } = useAnswer<{ yaml: string; python: string; command: string }>("files", open ? question : null);
  const [report, setReport] = useState("");
  return (
    <details class="files" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        {T.file}, {T.python}, {T.report.toLowerCase()}
      </summary>
      {failed && <p class="error">{failed}</p>}
      {found && (
        <>
          <div class="row">
            <button type="button" onClick={() => save("scenario.yaml", new Blob([found.yaml], { type: "text/yaml" }))}>
              {T.exportFile}
            </button>
            <label class="button">
              {T.importFile}
              <input
                type="file"
                accept=".yaml,.yml,.txt"
                onChange={(event) => {
                  const file = event.currentTarget.files?.[0];
                  if (file) void file.text().then(onOpen);
                }}
              />
            </label>
            <button
              type="button"
              disabled={report === T.loading}
              onClick={() => {
                setReport(T.loading);
                text("report", question)
                  .then((page) => (save("report.html", new Blob([page], { type: "text/html" })), setReport("")))
                  .catch((error: unknown) => setReport(error instanceof Refused ? error.message : String(error)));
              }}
            >
              {T.report}
            </button>
          </div>
          {report && <p role="status">{report}</p>}
          <h4>{T.command}</h4>
          <pre tabIndex={0}>{found.command}</pre>
          <h4>{T.python}</h4>
          <pre tabIndex={0}>{found.python}</pre>
          <h4>{T.file}</h4>
          <pre tabIndex={0}>{found.yaml}</pre>
        </>
      )}
    </details>
  );
}
