// Enhancement only: tables that sort, charts beside the tables that hold the same figures. Nothing is fetched.
"use strict";

function sortValue(cell) {
  const stated = cell.dataset.sort;
  return stated === undefined ? cell.textContent.trim() : stated;
}

function compare(one, other) {
  if (one === "" || one === "None") return other === "" || other === "None" ? 0 : 1;
  if (other === "" || other === "None") return -1;
  const numbers = [Number(one), Number(other)];
  return numbers.some(Number.isNaN) ? one.localeCompare(other, "vi") : numbers[0] - numbers[1];
}

function sortBy(table, position, heading) {
  const descending = heading.getAttribute("aria-sort") === "ascending";
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  heading.setAttribute("aria-sort", descending ? "descending" : "ascending");
  const body = table.tBodies[0];
  const rows = [...body.rows].map((row) => [sortValue(row.cells[position]), row]);
  rows.sort((one, other) => {
    const empty = (value) => value === "" || value === "None";
    const order = compare(one[0], other[0]);
    return descending && !empty(one[0]) && !empty(other[0]) ? -order : order;
  });
  body.append(...rows.map((row) => row[1]));
}

for (const table of document.querySelectorAll("table.sortable")) {
  [...table.tHead.rows[0].cells].forEach((heading, position) => {
    if ("unsorted" in heading.dataset) return;
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    button.addEventListener("click", () => sortBy(table, position, heading));
    heading.append(button);
  });
}

// Vega's own expressions are interpreted (`ast`), never compiled: the page allows no eval; nor does it allow injected styles.
const OPTIONS = { mode: "vega-lite", ast: true, actions: false, renderer: "svg", defaultStyle: false, tooltip: { disableDefaultStyle: true } };

async function draw(figure) {
  const place = figure.querySelector(".drawing");
  const specification = JSON.parse(figure.querySelector("script").textContent);
  try {
    await vegaEmbed(place, specification, OPTIONS);
    place.dataset.drawn = "yes";
  } catch (error) {
    place.classList.add("broken");
    throw error;
  }
}

for (const figure of document.querySelectorAll("figure.chart")) draw(figure);
