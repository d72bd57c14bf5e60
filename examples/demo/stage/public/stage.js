const switches = [...document.querySelectorAll('[data-device]')];

// The line of each device, as the demo's server knows it: a reload of this page changes nothing.
const connectedByDevice = await (await fetch('/devices')).json();
for (const control of switches) {
  control.checked = connectedByDevice[control.dataset.device];
  control.addEventListener('change', async () => {
    control.disabled = true;
    const reply = await fetch(`/devices/${control.dataset.device}/${control.checked ? 'online' : 'offline'}`, {
      method: 'POST',
    });
    if (!reply.ok) control.checked = !control.checked;
    const frame = control.closest('.device').querySelector('iframe');
    frame.contentWindow.postMessage({ isOnline: control.checked }, frame.dataset.origin);
    control.disabled = false;
  });
}

const maxSaid = 4;
const said = document.querySelector('[data-testid="said"]');

/** Newest first, each with the device on which it was said. */
const noteSaid = (device, text) => {
  said.querySelector('.quiet')?.remove();
  const item = document.createElement('li');
  item.dataset.from = device;
  item.append(Object.assign(document.createElement('b'), { textContent: device }), ` ${text}`);
  said.prepend(item);
  while (said.children.length > maxSaid) said.lastChild.remove();
};

// Each shop reports how its sync is doing and what happened; who speaks is told by the origin, not by what is said.
const frames = [...document.querySelectorAll('iframe')];
window.addEventListener('message', (event) => {
  const frame = frames.find((one) => one.dataset.origin === event.origin && one.contentWindow === event.source);
  if (!frame || event.data?.from !== 'nido') return;
  const { text, connection, pending, said: news } = event.data;
  if (typeof news === 'string') return noteSaid(frame.dataset.name, news);
  const state = frame.closest('.device').querySelector('.state');
  state.textContent = text;
  state.dataset.connection = connection;
  state.dataset.pending = String(pending);
});
