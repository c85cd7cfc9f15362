// Starts allauth's script for passkeys on the page's form (allauth.webauthn.forms), and says what went wrong. Without a
// passkey the form is never sent: allauth's script sends it once the device has answered, past the event for it.
"use strict";

const form = document.querySelector("form[data-passkey]");
const trouble = document.getElementById("passkey-trouble");

function say(what) {
  const text = document.createElement("p");
  text.textContent = trouble.dataset[what];
  trouble.replaceChildren(text);
  trouble.hidden = false;
}

form.addEventListener("submit", (event) => event.preventDefault());

document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  say(event.detail.exception.name === "InvalidStateError" ? "known" : "trouble");
});

if (window.PublicKeyCredential) {
  const ids = { add: "passkey", authenticate: "passkey", credential: "id_credential", data: "passkey-data" };
  document.getElementById("passkey").addEventListener("click", () => {
    trouble.hidden = true;
  });
  window.allauth.webauthn.forms[form.dataset.passkey]({ ids });
} else {
  say("unable");
}
