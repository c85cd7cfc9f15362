// Enhances what works without it: moves to the errors of a form, keeps a second click from sending a form twice, lets
// figures follow a number that stood in its field before anybody listened, and shows a video in the page on demand.
"use strict";

function focusErrors(root) {
  const summary = root.querySelector(".error-summary");
  if (summary) {
    summary.focus();
  }
}

// A link to a radio group or a wrapped field still ends in a control one can use.
document.addEventListener("click", (event) => {
  const link = event.target.closest(".error-summary a");
  const target = link && document.getElementById(link.hash.slice(1));
  if (target) {
    const control = target.matches("input, select, textarea") ? target : target.querySelector("input, select, textarea");
    if (control) {
      event.preventDefault();
      control.focus();
      (control.closest(".field") || control).scrollIntoView({ block: "start" });
    }
  }
});

const RELEASE = 15000; // milliseconds: a form is never shut for good, its page may have stayed

function release(form) {
  delete form.dataset.sent;
  for (const button of form.querySelectorAll("[data-label]")) {
    button.innerHTML = button.dataset.label;
    button.removeAttribute("aria-disabled");
    delete button.dataset.label;
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") {
    return;
  }
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  const button = event.submitter;
  if (button && button.tagName === "BUTTON") {
    button.dataset.label = button.innerHTML;
    button.textContent = button.dataset.working || document.body.dataset.working || button.textContent;
    button.setAttribute("aria-disabled", "true");
  }
  setTimeout(release, RELEASE, form);
});

// Back from the next page, out of the browser's memory.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) {
    document.querySelectorAll("form[data-sent]").forEach(release);
  }
  // What was typed before the page had loaded, or what the browser fills in again, changes figures like any typing.
  for (const input of document.querySelectorAll("form[data-hx-get] input[type=number]")) {
    if (input.value !== input.defaultValue) {
      input.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }
});

// Screen readers announce what arrives in a live region, and not what was in it when the page opened.
const messages = document.querySelector(".messages");
if (messages) {
  setTimeout(() => messages.append(...messages.childNodes), 300);
}

// The button comes out of its template; only a press asks the other site for anything. Players want to know which site
// shows them, so it learns our host, and no more of the address.
for (const template of document.querySelectorAll("template[data-embed]")) {
  const offer = template.content.firstElementChild;
  template.after(offer);
  offer.firstElementChild.addEventListener("click", () => {
    const frame = document.createElement("iframe");
    Object.assign(frame, { title: template.dataset.title, allowFullscreen: true, referrerPolicy: "strict-origin" });
    Object.assign(frame.style, { inlineSize: "100%", aspectRatio: "16 / 9", border: "0" });
    frame.src = template.dataset.embed;
    offer.replaceWith(frame);
    frame.focus();
  });
}

focusErrors(document);
