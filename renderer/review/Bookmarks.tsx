import { TextInput } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { useEffect } from 'react';
import type { Bookmark } from '../../src/link/desk.ts';
import { positionText } from '../app/format.ts';
import { send } from '../store/consoleStore.ts';
import { deskStore, useDesk } from '../store/deskStore.ts';
import { text } from '../text.ts';

const words = text.review;
const none: readonly Bookmark[] = [];

/** The bookmarks of a record, asked for once. */
export function useBookmarks(record: string): readonly Bookmark[] {
  useEffect(() => void send({ kind: 'get-bookmarks', record }), [record]);
  return useDesk((state) => state.bookmarks[record]) ?? none;
}

const save = (record: string, bookmarks: readonly Bookmark[]): boolean => send({ kind: 'save-bookmarks', record, bookmarks: [...bookmarks] });

/** Marks a moment; a moment that is marked already is left as it is. */
export function addBookmark(record: string, tMs: number): void {
  const bookmarks = deskStore.getState().bookmarks[record] ?? none;
  if (bookmarks.some((bookmark) => bookmark.tMs === tMs)) return;
  save(
    record,
    [...bookmarks, { tMs, text: '' }].sort((p, q) => p.tMs - q.tMs),
  );
}

interface Props {
  readonly record: string;
  readonly bookmarks: readonly Bookmark[];
  readonly onSeek: (tMs: number) => void;
}

/** Moments that somebody wants to find again, with a word for each. They are kept beside the record, not in it. */
export function Bookmarks({ record, bookmarks, onSeek }: Props) {
  if (bookmarks.length === 0) return <p className="quiet events-empty">{words.noBookmarks}</p>;
  return (
    <ol className="bookmarks">
      {bookmarks.map((bookmark) => (
        <li key={bookmark.tMs}>
          <button type="button" className="chip" onClick={() => onSeek(bookmark.tMs)}>
            {positionText(bookmark.tMs)}
          </button>
          <TextInput
            aria-label={words.bookmarkText(positionText(bookmark.tMs))}
            placeholder={words.bookmarkHint}
            maxLength={200}
            defaultValue={bookmark.text}
            onBlur={(event) => {
              const { value } = event.currentTarget;
              if (value !== bookmark.text)
                save(
                  record,
                  bookmarks.map((each) => (each.tMs === bookmark.tMs ? { ...each, text: value } : each)),
                );
            }}
          />
          <button
            type="button"
            className="chip"
            aria-label={words.removeBookmark(positionText(bookmark.tMs))}
            onClick={() =>
              save(
                record,
                bookmarks.filter((each) => each.tMs !== bookmark.tMs),
              )
            }
          >
            <IconTrash size="1rem" aria-hidden="true" />
          </button>
        </li>
      ))}
    </ol>
  );
}
