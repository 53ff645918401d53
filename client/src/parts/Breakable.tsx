import { Fragment } from 'react';

/** A name that goes over into a second line after `_`, `-` or `:`, and not in the midst of a word. */
export function Breakable({ name }: { name: string }) {
  let end = 0;
  return name.split(/(?<=[_:-])/).map((part) => {
    end += part.length;
    return (
      <Fragment key={end}>
        {part}
        <wbr />
      </Fragment>
    );
  });
}
