"use strict";

const data = JSON.parse(document.getElementById("data").textContent);
const config = { responsive: true, displayModeBar: false, doubleClick: "reset" };
const PALETTE = ["--accent", "--buy", "--warn", "--sell", "--price"];
let instrument = 0;

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const faint = (name, share) => {
  const [red, green, blue] = colour(name).match(/[0-9a-f]{2}/gi).map((digits) => parseInt(digits, 16));
  return `rgba(${red},${green},${blue},${share})`;
};
const isNarrow = () => window.matchMedia("(max-width: 560px)").matches;
const byId = (id) => document.getElementById(id);

function layout(rows, more) {
  // Rows from the top, each a share of the height, with a gap between them.
  const gap = 0.05;
  const axes = {};
  let top = 1;
  rows.forEach(({ share, title, ...axis }, index) => {
    const height = share * (1 - gap * (rows.length - 1));
    axes[`yaxis${index ? index + 1 : ""}`] = {
      domain: [Math.max(0, top - height), top],
      title: { text: isNarrow() ? "" : title, font: { size: 12 }, standoff: 8 },
      gridcolor: colour("--line"),
      zerolinecolor: colour("--line"),
      automargin: true,
      fixedrange: true,
      ...axis,
    };
    top -= height + gap;
  });
  return {
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: getComputedStyle(document.body).fontFamily, size: 12, color: colour("--quiet") },
    margin: { l: isNarrow() ? 8 : 56, r: 8, t: 26, b: 42 },
    hovermode: "x",
    hoverlabel: { bgcolor: colour("--panel"), bordercolor: colour("--line"), font: { color: colour("--ink") } },
    legend: { orientation: "h", x: 0, y: 1.01, yanchor: "bottom", font: { color: colour("--quiet") } },
    xaxis: {
      type: "date",
      nticks: isNarrow() ? 4 : 10,
      tickangle: 0,
      anchor: rows.length > 1 ? `y${rows.length}` : "y",
      range: data.span.length === 2 ? data.span : undefined,
      gridcolor: colour("--line"),
      hoverformat: "%Y-%m-%d %H:%M:%S.%3f",
      showspikes: true,
      spikemode: "across",
      spikethickness: 1,
      spikedash: "dot",
      spikecolor: colour("--quiet"),
    },
    ...axes,
    ...more,
  };
}

function line(name, { x, y }, colourName, more) {
  return { type: "scatter", mode: "lines", name, x, y, line: { color: colour(colourName), width: 1.6 }, ...more };
}

// What is held stays as it is until it changes.
const step = (colourName) => ({ line: { color: colour(colourName), width: 1.5, shape: "hv" } });

function area(colourName) {
  return { fill: "tozeroy", fillcolor: faint(colourName, 0.15) };
}

function drawEquity() {
  const money = `%{y:,.2f} ${data.currency}`;
  const traces = [
    line("equity", data.equity, "--accent", { hovertemplate: money, showlegend: false, ...step("--accent") }),
    line("drawdown", data.drawdown, "--sell", { yaxis: "y2", hovertemplate: money, showlegend: false, ...step("--sell"), ...area("--sell") }),
    line("gross exposure", data.gross, "--price", { yaxis: "y3", hovertemplate: money, ...step("--price"), ...area("--price") }),
    line("net exposure", data.net, "--warn", { yaxis: "y3", hovertemplate: money, ...step("--warn") }),
  ];
  const rows = [
    { share: 0.5, title: "equity", tickformat: ",.8~r" },
    { share: 0.25, title: "drawdown", nticks: 4 },
    { share: 0.25, title: "exposure", nticks: 4 },
  ];
  draw("equity-plot", data.equity.x.length > 0, "Equity was never known: a rate is missing.", traces, layout(rows));
}

function fillMarks(name, side, { x, y, text }) {
  const style = { buy: ["triangle-up", "--buy"], sell: ["triangle-down", "--sell"] }[side];
  return {
    type: "scatter",
    mode: "markers",
    name,
    x,
    y,
    customdata: text,
    marker: { symbol: style[0], size: 10, color: colour(style[1]), line: { color: colour("--panel"), width: 1 } },
    hovertemplate: `${side} %{customdata[0]} at %{customdata[1]}<br>%{customdata[2]}, fee %{customdata[3]}<br>%{customdata[4]}<extra></extra>`,
  };
}

function drawPrice() {
  const shown = data.instruments[instrument];
  const traces = [
    line("mid", shown.price, "--price", { hovertemplate: "%{y:,}", line: { color: colour("--price"), width: 1.2 } }),
    fillMarks("buys", "buy", shown.fills.buy),
    fillMarks("sells", "sell", shown.fills.sell),
    ...shown.positions.map((held, index) => {
      const name = PALETTE[index % PALETTE.length];
      const from = { x: [data.span[0], ...held.x, data.span[1]], y: [0, ...held.y, held.y.at(-1)] };
      const filled = shown.positions.length === 1 ? area(name) : {};
      return line(held.strategy, from, name, { yaxis: "y2", hovertemplate: "%{y:,}", ...step(name), ...filled });
    }),
  ];
  const hasTraded = shown.positions.length > 0;
  const rows = [{ share: hasTraded ? 0.7 : 1, title: "price", tickformat: ",.9~r" }];
  if (hasTraded) rows.push({ share: 0.3, title: "position", nticks: 4 });
  draw("price-plot", shown.price.x.length > 0, "There was no price.", traces, layout(rows, { hovermode: "closest" }));
}

// A tick for each power of ten, in the unit that people use for it.
function timeTicks() {
  const texts = [];
  const values = [];
  ["ns", "µs", "ms", "s"].forEach((unit, thousands) => {
    (isNarrow() ? [1] : [1, 10, 100]).forEach((number) => {
      texts.push(`${number} ${unit}`);
      values.push(number * 1000 ** (thousands - 2));
    });
  });
  return { tickvals: [...values, 1e6], ticktext: [...texts, "1,000 s"] };
}

function drawHops() {
  const names = ["p50", "p90", "p99", "longest"];
  const symbols = ["circle", "diamond", "square", "line-ns-open"];
  // A logarithmic axis has no place for what took no time at all; the table tells it.
  const hops = data.hops.map(({ name, ms }) => ({ name, ms: ms.map((each) => (each > 0 ? each : null)) }));
  const labels = hops.map((hop) => hop.name);
  const spans = hops.map((hop) => ({
    type: "scatter", mode: "lines", x: [hop.ms.find((each) => each !== null), hop.ms[3]], y: [hop.name, hop.name],
    line: { color: faint("--accent", 0.3), width: 6 }, hoverinfo: "skip", showlegend: false,
  }));
  const points = names.map((name, index) => ({
    type: "scatter", mode: "markers", name, x: hops.map((hop) => hop.ms[index]), y: labels,
    marker: { symbol: symbols[index], size: index === 3 ? 14 : 9, color: colour(PALETTE[index]), line: { width: index === 3 ? 2.5 : 0, color: colour(PALETTE[index]) } },
    hovertemplate: `${name}: %{x:,.4~r} ms<extra></extra>`,
  }));
  const chart = layout([{ share: 1, title: "", type: "category", autorange: "reversed" }], { hovermode: "closest" });
  Object.assign(chart.xaxis, { type: "log", range: undefined, showspikes: false, ...timeTicks() });
  draw("hop-plot", data.hops.length > 0, "No order was sent.", [...spans, ...points], chart);
}

function draw(id, hasData, otherwise, traces, chart) {
  if (hasData) {
    Plotly.react(id, traces, chart, config);
  } else {
    byId(id).innerHTML = `<p class="empty">${otherwise}</p>`;
    byId(id).style.height = "auto";
  }
}

function drawAll() {
  drawEquity();
  drawPrice();
  drawHops();
}

function offerInstruments() {
  if (data.instruments.length < 2) return;
  data.instruments.forEach(({ name }, index) => {
    const button = document.createElement("button");
    button.textContent = name;
    button.setAttribute("aria-pressed", String(index === 0));
    button.addEventListener("click", () => {
      instrument = index;
      [...byId("instruments").children].forEach((each) => each.setAttribute("aria-pressed", String(each === button)));
      drawPrice();
    });
    byId("instruments").append(button);
  });
}

// What is zoomed in one plot is zoomed in the other.
function linkTimes(one, other) {
  if (!one.on || !other.on) return;
  one.on("plotly_relayout", (change) => {
    const [from, to] = [change["xaxis.range[0]"], change["xaxis.range[1]"]];
    const wanted = from === undefined ? data.span : [from, to];
    if (from === undefined && !change["xaxis.autorange"] && !change["xaxis.range"]) return;
    const shown = other.layout.xaxis.range;
    if (String(shown) !== String(wanted)) Plotly.relayout(other, { "xaxis.range": wanted });
  });
}

offerInstruments();
drawAll();
linkTimes(byId("equity-plot"), byId("price-plot"));
linkTimes(byId("price-plot"), byId("equity-plot"));
for (const query of ["(prefers-color-scheme: dark)", "(max-width: 560px)"]) {
  window.matchMedia(query).addEventListener("change", drawAll);
}
