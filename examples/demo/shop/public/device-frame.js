import { statusText } from './status-text.js';

// Only for the demo: on its start page the shop stands in the frame of a device, and that page plays
// the part of the device around it. A real shop has no such file.
const stageOrigin = document.body.dataset.stage;

const report = (relevo) => {
  const { connection, pending } = relevo.status;
  window.parent.postMessage({ from: 'nido', text: statusText(relevo), connection, pending }, stageOrigin);
};

if (window.parent !== window) {
  window.relevo = window.relevo || [];
  window.relevo.push((relevo) => {
    relevo.on('status', () => report(relevo));
    report(relevo);
  });
  document.addEventListener('nido:said', ({ detail }) => {
    window.parent.postMessage({ from: 'nido', said: detail }, stageOrigin);
  });
  // The switch cuts the line, but only an operating system tells its pages of that by itself.
  window.addEventListener('message', (event) => {
    if (event.origin !== stageOrigin || typeof event.data?.isOnline !== 'boolean') return;
    window.dispatchEvent(new Event(event.data.isOnline ? 'online' : 'offline'));
  });
}
