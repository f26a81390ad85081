document.querySelectorAll("table.sortable").forEach(function (table) {
  var body = table.tBodies[0];
  var heads = Array.prototype.slice.call(table.tHead.rows[0].cells);
  var status = table.parentNode.querySelector(".sorted-by");
  function value(row, column) {
    var cell = row.cells[column];
    var number = cell.getAttribute("data-value");
    return number === null ? cell.textContent.trim() : Number(number);
  }
  heads.forEach(function (head, column) {
    var button = document.createElement("button");
    button.type = "button";
    while (head.firstChild) { button.appendChild(head.firstChild); }
    head.appendChild(button);
    button.addEventListener("click", function () {
      var number = body.rows.length > 0 && body.rows[0].cells[column].hasAttribute("data-value");
      var before = head.getAttribute("aria-sort");
      var down = before ? before === "ascending" : number;
      var rows = Array.prototype.slice.call(body.rows);
      rows.sort(function (one, other) {
        var a = value(one, column), b = value(other, column);
        var order = number ? a - b : a.localeCompare(b);
        return down ? -order : order;
      });
      heads.forEach(function (other) { other.removeAttribute("aria-sort"); });
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      rows.forEach(function (row) { body.appendChild(row); });
      status.textContent = "Sorted by " + button.querySelector(".head").textContent.trim() + ", " + (down ? "descending" : "ascending");
    });
  });
});
