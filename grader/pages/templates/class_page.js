"use strict";
// Without this script the table is whole, in the order of ids; it adds finding and ordering.
const body = document.querySelector("#heat tbody");
if (body) {
  const rows = [...body.rows];
  const find = document.getElementById("find");
  const order = document.getElementById("order");
  const shown = document.getElementById("shown");
  const score = (row) => parseFloat(row.cells[1].textContent);
  const rank = (column) => (row) =>
    column === 0 ? 0
    : column === 1 ? (Number.isNaN(score(row)) ? -1 : score(row))
    : row.cells[column].className === "passed" ? 1 : 0;
  const arrange = () => {
    const of = rank(Number(order.value));
    body.append(...[...rows].sort((a, b) => of(a) - of(b)));
  };
  const filter = () => {
    const words = find.value.trim().toLowerCase();
    let count = 0;
    for (const row of rows) {
      row.hidden = !row.cells[0].textContent.toLowerCase().includes(words);
      count += !row.hidden;
    }
    shown.textContent = words ? `${count} of ${rows.length}` : "";
  };
  order.addEventListener("change", arrange);
  find.addEventListener("input", filter);
  document.getElementById("tools").hidden = false;
}
