import { describe, expect, test } from '@jest/globals';
import { fireEvent, screen, waitFor } from '@testing-library/react-native';
import { newCustomer, newLine, startOtherDevice } from './devices.ts';
import { endApp, startApp } from './example-app.ts';

const press = async (label: string) => fireEvent.press(await screen.findByLabelText(label));
const openTab = async (name: string | RegExp) => fireEvent.press(await screen.findByText(name));

const signIn = async (name: string) => {
  await openTab('Account');
  fireEvent.changeText(await screen.findByLabelText('Your name'), name);
  await press('Sign in');
  await screen.findByText(`Signed in as ${name}`);
};

describe('examples/react-native', () => {
  test('takes a product into the cart, and more or less of it', async () => {
    const line = await newLine();
    await startApp(line.url);
    await press('Add Mug');
    await press('Add Reading lamp');
    await openTab('Cart (2)');
    await screen.findByText('Together 103.50 EUR');
    await press('One Mug more');
    await screen.findByLabelText('2 of Mug');
    await press('One Reading lamp less');
    await waitFor(() => expect(screen.queryByText('Reading lamp')).toBeNull());
    await screen.findByText('Together 29.00 EUR');
    await screen.findByText('In sync');
  });

  test('shows what the customer put into the cart elsewhere, and takes the guest’s along', async () => {
    const ana = newCustomer();
    const laptop = await startOtherDevice(ana);
    await laptop.cart.add({ sku: 'SOFA-3', title: 'Sofa for three', quantity: 2 }).synced;

    const line = await newLine();
    await startApp(line.url);
    await press('Add Mug');
    await signIn(ana);
    await openTab('Cart (3)');
    await screen.findByLabelText('2 of Sofa for three');
    await screen.findByLabelText('1 of Mug');

    laptop.cart.setQuantity({ sku: 'SOFA-3' }, 5);
    await screen.findByLabelText('5 of Sofa for three');
    await press('One Mug more');
    await waitFor(() => expect(laptop.cart.find({ sku: 'MUG-1' })?.quantity).toBe(2));
  });

  test('goes on offline, says so, and sends what it kept', async () => {
    const line = await newLine();
    const relevo = await startApp(line.url);
    await press('Add Mug');
    await screen.findByText('In sync');
    line.cut();
    await press('Add Mug');
    await screen.findByText('Offline, 1 to send');
    await screen.findByText('Cart (2)');
    line.mend();
    await screen.findByText('In sync');
    expect(relevo.status.pending).toBe(0);
  });

  test('started again without network shows the customer’s cart', async () => {
    const line = await newLine();
    const ana = newCustomer();
    await startApp(line.url);
    await signIn(ana);
    await openTab('Shop');
    await press('Add Potted plant');
    await screen.findByText('In sync');
    await endApp();

    line.cut();
    await startApp(line.url);
    await openTab('Cart (1)');
    await screen.findByLabelText('1 of Potted plant');
    await openTab('Account');
    await screen.findByText(`Signed in as ${ana}`);
  });

  test('is empty after signing out', async () => {
    const line = await newLine();
    const ana = newCustomer();
    await startApp(line.url);
    await signIn(ana);
    await openTab('Shop');
    await press('Look at Sofa for three');
    await screen.findByText('You looked at: Sofa for three');
    await press('Add Sofa for three');
    await openTab('Account');
    await press('Sign out');
    await screen.findByLabelText('Your name');
    await openTab('Cart');
    await screen.findByText('Your cart is empty.');
    await openTab('Shop');
    expect(screen.queryByText(/You looked at/)).toBeNull();

    const laptop = await startOtherDevice(ana);
    expect(laptop.cart.lines).toMatchObject([{ sku: 'SOFA-3', quantity: 1, channel: 'ios' }]);
  });

  test('sends what was looked at once the customer allows it', async () => {
    const line = await newLine();
    const ana = newCustomer();
    const laptop = await startOtherDevice(ana);
    await startApp(line.url);
    await signIn(ana);
    fireEvent(await screen.findByLabelText('Remember what I look at'), 'valueChange', true);
    await waitFor(() => expect(screen.getByLabelText('Remember what I look at').props.value).toBe(true));
    await openTab('Shop');
    await press('Look at Mug');
    await screen.findByText('Stoneware, holds a third of a litre.');
    await waitFor(() => expect(laptop.browsing.recent()).toMatchObject([{ id: 'MUG-1', title: 'Mug' }]));
  });

  test('says that nobody answers, and keeps the cart', async () => {
    const line = await newLine();
    await startApp(line.url);
    line.cut();
    await press('Add Mug');
    await openTab('Account');
    fireEvent.changeText(await screen.findByLabelText('Your name'), 'ana');
    await press('Sign in');
    await screen.findByText(/does not answer/);
    await screen.findByText('Cart (1)');
  });
});
