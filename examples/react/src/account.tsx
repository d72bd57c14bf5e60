import { useState } from 'react';
import { useIdentity } from 'relevo/react';
import { signIn, signOut } from './session.ts';

export const Account = () => {
  const { isReady, customerId } = useIdentity();
  const [trouble, setTrouble] = useState('');
  const attempt = (work: Promise<void>) => {
    setTrouble('');
    work.catch((error: Error) => setTrouble(error.message));
  };
  if (!isReady) return <span>…</span>;
  return (
    <span>
      {trouble && <span role="alert">{trouble}</span>}
      {customerId ? (
        <button type="button" onClick={() => attempt(signOut())}>
          Sign out {customerId}
        </button>
      ) : (
        <button type="button" onClick={() => attempt(signIn('ana'))}>
          Sign in as ana
        </button>
      )}
    </span>
  );
};
