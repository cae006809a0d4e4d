// Answers with a token that the server signed without seeing it (RFC 9474). Without this script the page works too, and says
// what then cannot be hidden.
import { BlindRSA, PrepareType } from "./blindrsa.js";

const suite = new BlindRSA({
  hash: "SHA-384",
  saltLength: 48,
  prepareType: PrepareType.Randomized,
  supportsRSARAW: false,
});
const form = document.querySelector("form[data-modulus]");
const state = document.querySelector("[data-state]");
const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const bytes = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const PADDED = 8192;
const say = (which) => { state.textContent = state.dataset[which]; };

// The same blinded value is sent again after a lost connection: it stays in this browser until the answer is in.
const KEPT = `handback ${form?.dataset.slip}`;
const kept = () => JSON.parse(localStorage.getItem(KEPT) ?? "null");

async function publicKey(modulus) {
  const base64 = btoa(String.fromCharCode(...bytes(modulus)));
  const n = base64.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const key = { kty: "RSA", n, e: "AQAB", alg: "PS384", ext: true };
  return crypto.subtle.importKey("jwk", key, { name: "RSA-PSS", hash: "SHA-384" }, true, ["verify"]);
}

async function post(address, fields) {
  return fetch(address, {
    method: "POST",
    body: new URLSearchParams(fields),
    credentials: "omit",
    referrerPolicy: "no-referrer",
    cache: "no-store",
  });
}

async function prepared(key) {
  const before = kept();
  if (before) return before;
  const message = suite.prepare(crypto.getRandomValues(new Uint8Array(32)));
  const { blindedMsg, inv } = await suite.blind(key, message);
  const made = { message: hex(message), inv: hex(inv), blinded: hex(blindedMsg) };
  localStorage.setItem(KEPT, JSON.stringify(made));
  return made;
}

async function token(key) {
  const made = await prepared(key);
  const answer = await post(form.dataset.sign, { slip: form.dataset.slip, blinded: made.blinded });
  if (!answer.ok) return null;
  const { signature } = await answer.json();
  const unblinded = await suite.finalize(key, bytes(made.message), bytes(signature), bytes(made.inv));
  return { message: made.message, signature: hex(unblinded) };
}

async function begin() {
  const { modulus } = form.dataset;
  const invited = location.hash.slice(1);
  const hash = hex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes(modulus))));
  if (hash !== invited) {
    // A key for one person alone would mark that person.
    say("wrongKey");
    form.querySelector("button").disabled = true;
    return;
  }
  const key = await publicKey(modulus);
  document.querySelector("[data-plain]").hidden = true;
  document.querySelector("[data-blinded]").hidden = false;
  say("ready");
  let signed;
  const ask = () => (signed ??= token(key).catch(() => null));
  // The signature is asked for at the first mark, some time before the answer is sent.
  form.addEventListener("change", ask, { once: true });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    say("sending");
    const proof = await ask();
    const fields = [...new FormData(form)];
    const all = new URLSearchParams([...fields, ...Object.entries(proof ?? {})]);
    // Every answer has one length on the wire, whatever was written.
    all.set("padding", "");
    all.set("padding", "-".repeat(Math.max(0, PADDED - all.toString().length)));
    const answer = proof && (await post(form.dataset.answer, all));
    if (answer?.ok) {
      localStorage.removeItem(KEPT);
      location.replace(answer.url);
      return;
    }
    signed = undefined;
    if (answer?.status === 422) {
      const told = new DOMParser().parseFromString(await answer.text(), "text/html");
      const summary = told.querySelector(".summary");
      document.querySelector(".summary")?.remove();
      form.before(summary);
      summary.focus();
      say("ready");
      return;
    }
    say("failed");
  });
}

if (form && globalThis.crypto?.subtle) begin();
