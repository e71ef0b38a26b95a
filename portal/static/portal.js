// Small comforts on top of plain pages. Without this file everything still works.
// No syntax that Safari 12 cannot read: htmx needs a newer browser than this does.
(function () {
  "use strict";
  const page = document.documentElement;
  page.classList.add("js"); // portal.css shows what needs JavaScript

  document.addEventListener("click", function (event) {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.hasAttribute("data-reveal")) reveal(button, button.getAttribute("aria-pressed") !== "true");
    if (button.hasAttribute("data-print")) window.print();
    if (button.hasAttribute("data-use")) usePassphrase(button);
    if (button.hasAttribute("data-copy")) copy(button);
  });

  function reveal(button, shown) {
    document.getElementById(button.getAttribute("data-reveal")).type = shown ? "text" : "password";
    button.setAttribute("aria-pressed", shown);
  }

  function usePassphrase(button) {
    const words = document.getElementById(button.getAttribute("data-use")).textContent.trim();
    const inputs = button.form.querySelectorAll("[autocomplete=new-password]");
    inputs.forEach(function (input) {
      input.value = words;
      const eye = document.querySelector('[data-reveal="' + input.id + '"]');
      if (eye) reveal(eye, true);
    });
    inputs[0].dispatchEvent(new Event("change", { bubbles: true }));
    inputs[0].focus();
  }

  // A figure goes to the clipboard. An old browser copies from a field.
  function copy(button) {
    const field = document.createElement("textarea");
    field.value = button.getAttribute("data-copy");
    field.className = "unseen";
    button.parentNode.appendChild(field);
    field.select();
    const isDone = document.execCommand("copy");
    field.remove();
    button.focus();
    if (isDone) copied(button);
    else if (navigator.clipboard) navigator.clipboard.writeText(button.getAttribute("data-copy")).then(function () { copied(button); });
  }

  function copied(button) {
    const words = button.innerHTML;
    if (button.hasAttribute("data-was")) return;
    button.setAttribute("data-was", "");
    button.textContent = button.getAttribute("data-copied");
    setTimeout(function () { button.innerHTML = words; button.removeAttribute("data-was"); }, 2000);
  }

  // Photos are turned over with the arrow keys and by swiping.
  let from = null;
  document.addEventListener("keydown", function (event) {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (event.key === "ArrowLeft") turn("prev");
    if (event.key === "ArrowRight") turn("next");
  });
  document.addEventListener("touchstart", function (event) {
    const one = event.touches.length === 1 && event.target.closest("[data-turns]");
    from = one ? event.touches[0] : null;
  }, { passive: true });
  document.addEventListener("touchend", function (event) {
    const to = event.changedTouches[0];
    const across = from ? to.clientX - from.clientX : 0;
    if (Math.abs(across) > 60 && Math.abs(across) > 2 * Math.abs(to.clientY - from.clientY)) turn(across > 0 ? "prev" : "next");
    from = null;
  });

  function turn(rel) {
    const link = document.querySelector("[data-turns] a[rel=" + rel + "]");
    if (link) link.click();
  }

  // A colour is typed or picked: two fields that follow each other, of which only the typed one is sent.
  document.addEventListener("input", function (event) {
    const typed = document.getElementById(event.target.getAttribute("data-twin"));
    const picker = document.querySelector('[data-twin="' + event.target.id + '"]');
    if (typed) typed.value = event.target.value;
    if (picker && /^#[0-9a-f]{6}$/i.test(event.target.value)) picker.value = event.target.value;
  });
  document.addEventListener("change", function (event) {
    const typed = document.getElementById(event.target.getAttribute("data-twin"));
    if (typed) typed.dispatchEvent(new Event("change", { bubbles: true }));
  });

  // One press, one request: a second one waits for the answer to the first.
  // Caught on the way down, so that htmx does not see a refused one either.
  document.addEventListener("submit", function (event) {
    const form = event.target;
    if (form.hasAttribute("data-busy")) {
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    // A password that is shown is hidden first, or the browser remembers it as ordinary text.
    form.querySelectorAll("[data-reveal][aria-pressed=true]").forEach(function (eye) { reveal(eye, false); });
    busy(form, true);
  }, true);

  function busy(form, is) {
    if (!form) return;
    form[is ? "setAttribute" : "removeAttribute"]("data-busy", "");
    form.querySelectorAll("[type=submit]").forEach(function (button) {
      button[is ? "setAttribute" : "removeAttribute"]("aria-disabled", "true");
    });
  }

  window.addEventListener("pageshow", function () { // also when Back brings the page out of memory
    document.querySelectorAll("[data-busy]").forEach(function (form) { busy(form, false); });
  });

  document.addEventListener("htmx:before:request", function (event) {
    const form = formOf(event);
    const old = form && form.querySelector("[data-said]");
    if (old) old.remove();
  });
  document.addEventListener("htmx:finally:request", function (event) {
    const hx = event.detail.ctx.hx;
    if (!hx || !hx.redirect) busy(formOf(event), false);
  });

  // What htmx cannot show is said in the form itself. What was typed stays.
  document.addEventListener("htmx:error", function (event) {
    if (event.detail.ctx) say(event, document.body.getAttribute("data-offline"));
  });
  document.addEventListener("htmx:response:error", function (event) {
    if (event.detail.ctx.response.status === 422) return;
    const answer = new DOMParser().parseFromString(event.detail.ctx.text, "text/html").getElementById("problem");
    say(event, answer ? answer.textContent : document.body.getAttribute("data-failed"));
  });

  function formOf(event) {
    const source = event.detail.ctx && event.detail.ctx.sourceElement;
    return source && !/^(INPUT|TEXTAREA)$/.test(source.tagName) ? source.closest("form") : null;
  }

  function say(event, words) {
    const form = formOf(event);
    if (!form) return;
    const notice = document.createElement("p");
    notice.className = "notice notice-error";
    notice.setAttribute("role", "alert");
    notice.setAttribute("data-said", "");
    notice.textContent = words;
    form.insertBefore(notice, form.firstChild);
    focus(notice);
  }

  // After an answer with errors: to what is wrong with the whole form, else to the first field that is wrong.
  document.addEventListener("htmx:after:settle", function (event) { toFirstError(event.target); });
  toFirstError(document);

  function toFirstError(place) {
    const wrong = place.querySelector("[data-errors]") || place.querySelector("[aria-invalid]");
    if (wrong) focus(wrong);
    else if (place !== document && !place.hasAttribute("data-quiet") && document.activeElement === document.body) focus(place); // the focused field is gone
  }

  function focus(element) {
    if (element.tagName !== "INPUT") element.tabIndex = -1;
    element.focus();
  }
})();
