// Photos by the dozen: each goes by itself, with a bar of its own. One that is refused keeps back no other, and a lost
// connection keeps all of them. Without this file the form sends them at once.
(function () {
  "use strict";
  const place = document.querySelector("[data-sending]");
  if (!place) return;
  const TOGETHER = 2, AGAIN_AFTER = 4000, LOOK_AFTER = 1500, GO_ON_AFTER = 8000; // photos at once, milliseconds
  const rows = [];
  let next = "", given = null, last = 0, isOffline = false, looking = null;

  function words(name) { return place.getAttribute("data-" + name); }
  function are() { const states = [].slice.call(arguments); return rows.filter(function (row) { return states.indexOf(row.state) >= 0; }); }
  function ours() { return document.getElementById(words("of")); }

  // Choosing

  document.addEventListener("change", function (event) {
    if (event.target.id !== words("of")) return;
    const chosen = [].slice.call(event.target.files);
    event.target.value = "";
    are("ready").forEach(drop);
    chosen.forEach(add);
    show();
    picture();
  });

  function add(file) {
    const node = place.querySelector("template").content.firstElementChild.cloneNode(true);
    const row = { file: file, node: node, state: "", done: 0, said: "" };
    node.querySelector(".name").textContent = file.name;
    node.querySelector("progress").setAttribute("aria-label", file.name);
    node.querySelectorAll("button").forEach(function (button) { button.setAttribute("aria-label", button.textContent + ": " + file.name); });
    node.querySelector("[data-again]").addEventListener("click", function () { begin(row, row.fields || given); pump(); });
    node.querySelector("[data-drop]").addEventListener("click", function () { drop(row); focus(); });
    const open = are("chosen", "waiting", "sending").length;
    rows.push(row);
    place.querySelector("ul").appendChild(node);
    row.isHeavy = file.size > Number(words("most-bytes"));
    if (row.isHeavy) turn(row, "refused", words("heavy"));
    else if (open >= Number(words("most"))) turn(row, "refused", words("many"));
    else turn(row, "chosen", words("waiting"));
  }

  function drop(row) {
    if (row.request) row.request.abort();
    rows.splice(rows.indexOf(row), 1);
    row.node.remove();
    pump();
  }

  // A small picture of each, one after the other: unpacking thirty at once fills a tablet.
  function picture() {
    const row = rows.find(function (each) { return !each.drawn; });
    if (!row || !window.createImageBitmap) return;
    row.drawn = true;
    createImageBitmap(row.file).then(function (image) {
      const canvas = row.node.querySelector("canvas"), side = Math.min(image.width, image.height);
      const left = (image.width - side) / 2, top = (image.height - side) / 2;
      canvas.getContext("2d").drawImage(image, left, top, side, side, 0, 0, canvas.width, canvas.height);
      image.close();
    }).catch(function () {}).then(picture); // HEIC, which few browsers know
  }

  // Sending

  window.addEventListener("submit", function (event) { // before portal.js and htmx
    const form = event.target;
    if (!ours() || ours().form !== form || form.hasAttribute("data-hx-post") || !are("chosen").length) return;
    event.preventDefault();
    event.stopPropagation();
    start(form);
  }, true);

  // On the board the story goes first, for what is refused there is put right first. Then its photos go with it.
  document.addEventListener("htmx:config:request", function (event) {
    const request = event.detail.ctx.request;
    if (!isStory(event) || !are("chosen").length || request.body.has("publish")) return;
    request.body.append(ours().name, new Blob(), are("chosen")[0].file.name); // with a draft the form refuses photos
  });
  document.addEventListener("htmx:after:request", function (event) {
    const ctx = event.detail.ctx;
    if (!isStory(event) || !ctx.hx.redirect || ctx.response.status !== 204 || !are("chosen").length) return;
    if (ctx.hx.redirect.indexOf("/inloggen") >= 0) return;
    event.preventDefault();
    next = ctx.hx.redirect;
    const form = ours().form;
    form.parentNode.insertBefore(place, form.nextSibling);
    form.hidden = true;
    start(form);
    focus();
  });
  document.addEventListener("htmx:after:swap", function () {
    const fresh = document.querySelectorAll("[data-sending]");
    if (fresh.length && fresh[0] !== place) fresh[0].parentNode.replaceChild(place, fresh[0]);
  });

  function isStory(event) {
    return ours() && event.detail.ctx.sourceElement === ours().form;
  }

  function start(form) {
    given = [];
    new FormData(form).forEach(function (value, name) {
      if (["children", "caption"].indexOf(name) >= 0) given.push([name, value]);
    });
    are("chosen").forEach(function (row) { begin(row, given); });
    pump();
  }

  function begin(row, fields) {
    row.fields = fields;
    turn(row, fields ? "waiting" : "chosen", words("waiting"));
  }

  function pump() {
    while (!isOffline && are("sending").length < TOGETHER && are("waiting").length) send(are("waiting")[0]);
    show();
    if (are("arrived").length && looking === null) looking = setTimeout(look, LOOK_AFTER);
    const isDone = are("ready").length === rows.length || Date.now() - last > GO_ON_AFTER;
    if (next && isDone && are("ready", "arrived").length === rows.length) location.href = next;
  }

  function send(row) {
    const body = new FormData(), request = new XMLHttpRequest();
    row.fields.forEach(function (field) { body.append(field[0], field[1]); });
    body.append("csrf_token", token().value);
    body.append("photo", row.file, row.file.name);
    row.request = request;
    request.open("POST", place.getAttribute("data-sending"));
    request.setRequestHeader("HX-Request", "true");
    request.upload.addEventListener("progress", function (event) {
      if (event.lengthComputable) turn(row, "sending", Math.floor(100 * event.loaded / event.total) + "%", Math.floor(100 * event.loaded / event.total));
    });
    request.addEventListener("load", function () { row.request = null; answered(row, request); pump(); });
    request.addEventListener("error", function () { row.request = null; lost(row); });
    turn(row, "sending", "0%");
    request.send(body);
  }

  function answered(row, request) {
    const page = new DOMParser().parseFromString(request.responseText, "text/html");
    const taken = request.status === 200 && page.querySelector("li[data-state]");
    if (taken) {
      row.id = taken.id;
      last = Date.now();
      turn(row, "arrived", words("arrived"));
    } else if (page.querySelector("[data-errors]") && !row.isAgain) { // who logged in anew meanwhile
      row.isAgain = true;
      token().value = page.querySelector("[name=csrf_token]").value;
      turn(row, "waiting", words("waiting"));
    } else if (request.status === 204) turn(row, "refused", words("out"));
    else {
      const said = page.querySelector("[data-errors] p, .error span, #problem");
      turn(row, "refused", said ? said.textContent.trim() : words("failed"));
    }
  }

  function token() { return ours().form.querySelector("[name=csrf_token]"); }

  // Without a connection all of them wait. A photo that is gone from the tablet cannot be sent ever.
  function lost(row) {
    const reader = new FileReader();
    reader.onerror = function () { turn(row, "refused", words("broken")); pump(); };
    reader.onload = function () {
      turn(row, "waiting", words("waiting"));
      if (!isOffline) setTimeout(back, AGAIN_AFTER);
      isOffline = true;
      show();
    };
    reader.readAsArrayBuffer(row.file.slice(0, 1));
  }

  function back() {
    isOffline = false;
    pump();
  }
  window.addEventListener("online", back);
  window.addEventListener("beforeunload", function (event) {
    if (are("waiting", "sending").length) event.preventDefault();
  });

  // What the worker makes of those that arrived

  function look() {
    const options = { headers: { "HX-Request": "true", "X-Achtergrond": "1" }, credentials: "same-origin" };
    fetch(words("stand"), options).then(function (answer) { return answer.ok && answer.status === 200 ? answer.text() : ""; }).then(seen).catch(function () {}).then(function () {
      looking = null;
      pump();
    });
  }

  function seen(text) {
    const page = new DOMParser().parseFromString(text, "text/html"), list = document.getElementById("sent-photos");
    const fresh = page.getElementById("sent-photos");
    are("arrived").forEach(function (row) {
      const found = page.getElementById(row.id), state = found && found.getAttribute("data-state");
      if (state === "ready") turn(row, "ready", words(row.fields.some(isChild) ? "ready" : "alone"));
      if (state === "refused") turn(row, "refused", found.textContent.trim());
    });
    if (list && fresh) list.parentNode.replaceChild(document.importNode(fresh, true), list);
  }

  function isChild(field) { return field[0] === "children"; }

  // Showing

  function turn(row, state, said, percent) {
    const bar = row.node.querySelector("progress");
    row.state = state;
    row.node.setAttribute("data-state", state);
    row.node.querySelector("[data-words]").textContent = said;
    row.node.querySelector("[data-again]").hidden = state !== "refused" || row.isHeavy;
    row.node.querySelector("[data-drop]").hidden = state !== "refused" && state !== "chosen" && state !== "waiting";
    bar.hidden = state === "refused" || state === "ready" || state === "chosen";
    if (state === "arrived") bar.removeAttribute("value");
    else bar.value = percent || 0;
  }

  function show() {
    const sent = are("waiting", "sending", "arrived", "ready"), here = are("arrived", "ready");
    const status = place.querySelector("[data-status]"), refused = are("refused");
    const count = sent.length ? words("count").replace("{done}", here.length).replace("{all}", sent.length) : "";
    const said = (next ? [words("told")] : []).concat(isOffline ? words("offline") : count);
    refused.forEach(function (row) { said.push(row.file.name + ": " + row.node.querySelector("[data-words]").textContent); });
    if (status.textContent !== said.join(" ")) status.textContent = said.join(" ");
    status.className = isOffline ? "notice notice-error" : "";
    place.hidden = !rows.length;
    const link = place.querySelector("[data-next]");
    link.hidden = !next || !refused.length || sent.length > here.length;
    if (next) link.firstElementChild.href = next;
  }

  function focus() {
    const status = place.querySelector("[data-status]");
    status.tabIndex = -1;
    status.focus();
  }
})();
