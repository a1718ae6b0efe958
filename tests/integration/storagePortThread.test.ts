import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { defaultReceiverOptions } from '../../native-bridge/sources/dicomReceiver.ts';
import { type ChildMessage, startReceiverThread } from '../../native-bridge/sources/dicomReceiverChild.ts';
import { pduType } from '../../src/dicom/pdu.ts';
import { associateRequest, openPeer } from './storageScu.ts';

test('under Electron, which starts no processes of Node, the storage port listens on a thread, answers, and ends when told', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'pedicle-thread-'));
  const heard: ChildMessage[] = [];
  const receiver = startReceiverThread({ ...defaultReceiverOptions, port: 0, folder }, (message) => heard.push(message));
  for (let i = 0; i < 500 && heard.length === 0; i++) await sleep(20);
  const [first] = heard;
  expect(first?.kind).toBe('listening');
  const peer = openPeer(first?.kind === 'listening' ? first.port : 0);
  peer.send(associateRequest('PEDICLE', 'CARM', [{ id: 1, abstractSyntax: '1.2.840.10008.1.1', transferSyntaxes: ['1.2.840.10008.1.2'] }]));
  expect((await peer.receive())?.type).toBe(pduType.associateAccept);
  peer.close();
  await receiver.stop();
  expect(heard.map(({ kind }) => kind)).not.toContain('died');
  await rm(folder, { recursive: true, force: true });
});
