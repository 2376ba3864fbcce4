"use strict";
// Draws the charts, in the colours of the page, and again where those or the width change.
(() => {
  const charts = [...document.querySelectorAll("figure")].map((figure) => ({
    place: figure.querySelector(".chart"),
    drawn: JSON.parse(figure.querySelector("script").textContent),
  }));

  function colours() {
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(name).trim();
    return { ink: colour("--ink"), grid: colour("--grid"), card: colour("--card") };
  }

  function layoutOf(drawn, place) {
    const { ink, grid, card } = colours();
    const layout = { ...drawn.layout, autosize: true };
    layout.font = { ...layout.font, color: ink };
    layout.hoverlabel = { ...layout.hoverlabel, bgcolor: card, bordercolor: grid, font: { color: ink } };
    for (const axis of Object.keys(layout).filter((name) => /^[xy]axis/.test(name))) {
      layout[axis] = { ...layout[axis], gridcolor: grid };
    }
    layout.annotations = layout.annotations?.map((each) => ({ ...each, font: { ...each.font, color: ink } }));
    // Fingers scroll the page.
    layout.dragmode = false;
    if (place.clientWidth < 480) layout.font.size = 11;
    return layout;
  }

  function draw({ place, drawn }) {
    const config = { displayModeBar: false, responsive: true, scrollZoom: false };
    return Plotly.react(place, drawn.data, layoutOf(drawn, place), config);
  }

  const all = () => Promise.all(charts.map(draw));
  all().then(() => { document.documentElement.dataset.drawn = "yes"; });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", all);
  matchMedia("print").addEventListener("change", all);
  window.addEventListener("beforeprint", () => {
    document.querySelectorAll("details").forEach((each) => { each.open = true; });
    all();
  });
})();
