/** The capture frame's script: hands the port that the content script sends to a worker of the extension. */
addEventListener("message", (event) => {
  const [port] = event.ports;
  if (event.source === window.parent && event.data === "veritile" && port) {
    new Worker("capture-worker.js").postMessage(null, [port]);
  }
});
