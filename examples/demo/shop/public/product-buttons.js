/** Every "Add to cart" of the page, on the list and on a product's own page. */
export const showBuyButtons = (cart) => {
  for (const button of document.querySelectorAll('[data-add]')) {
    const label = button.textContent;
    button.addEventListener('click', () => {
      cart.addToCart(button.dataset.add, quantityBeside(button));
      button.textContent = 'Added';
      button.classList.add('added');
    });
    button.addEventListener('blur', () => {
      button.textContent = label;
      button.classList.remove('added');
    });
  }
};

const quantityBeside = (button) => Number(button.parentElement.querySelector('select')?.value ?? 1);
