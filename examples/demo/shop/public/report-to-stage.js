// Only for the demo: when the shop stands in the frame of a device on the start page, that page is
// told how the device is doing. A real shop has no such file.
const stageOrigin = document.body.dataset.stage;
const isFramed = window.parent !== window;

const report = (relevo) => {
  const { connection, pending } = relevo.status;
  window.parent.postMessage({ from: 'nido', connection, pending }, stageOrigin);
};

if (isFramed) {
  window.relevo = window.relevo || [];
  window.relevo.push((relevo) => {
    relevo.on('status', () => report(relevo));
    report(relevo);
  });
}
