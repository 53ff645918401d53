import '@mantine/core/styles.css';
import './page.css';
import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { setNonce } from 'get-nonce';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './App.tsx';
import { createQueries } from './api/queries.ts';
import { cssVariables, theme } from './theme.ts';

// Browsers show a nonce to scripts by this property alone.
const nonce = document.querySelector<HTMLScriptElement>('script[nonce]')?.nonce ?? '';
// For the style element by which an open dialog keeps the page behind it from scrolling.
setNonce(nonce);

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no element of the id root.');
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={createQueries()}>
      <MantineProvider
        theme={theme}
        cssVariablesResolver={cssVariables}
        defaultColorScheme="auto"
        getStyleNonce={() => nonce}
      >
        <App />
      </MantineProvider>
    </QueryClientProvider>
  </StrictMode>,
);
