const form = document.querySelector('[data-testid="till"]');
const paper = document.querySelector('[data-testid="paper"]');

const print = (lines) => {
  const items = lines.map((text) => Object.assign(document.createElement('li'), { textContent: text }));
  paper.replaceChildren(...items);
};

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const { submitter } = event;
  const body = new URLSearchParams({ customer: form.elements.customer.value, command: submitter.dataset.command });
  if (submitter.value) body.set('sku', submitter.value);
  submitter.disabled = true;
  try {
    const reply = await fetch('/till', { method: 'POST', body });
    const { paper: lines, trouble } = await reply.json();
    print(trouble ? [`Not done. ${trouble}`] : lines.length > 0 ? lines : ['The cart is empty.']);
  } catch {
    print(['Not done. The demo’s server does not answer.']);
  }
  submitter.disabled = false;
  submitter.focus();
});
