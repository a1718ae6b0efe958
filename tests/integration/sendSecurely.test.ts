import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultPatience } from '../../native-bridge/hospital/association.ts';
import { defaultSending } from '../../native-bridge/hospital/attempt.ts';
import { openCallbacks } from '../../native-bridge/hospital/callbacks.ts';
import { checkHospital } from '../../native-bridge/hospital/checks.ts';
import { enqueueStore } from '../../native-bridge/hospital/enqueue.ts';
import { type Outbox, openOutbox, summaryOf } from '../../native-bridge/hospital/outbox.ts';
import { finish } from '../../native-bridge/hospital/worker.ts';
import type { HospitalSite } from '../../src/procedure/hospitalSite.ts';
import { type Certificates, freePort, has, makeCertificates, startOrthanc, startTlsFront } from './hospitalPeers.ts';
import { writeSmallInstances } from './smallInstances.ts';

describe.skipIf(!has('Orthanc') || !has('openssl'))('an archive that speaks TLS only (Orthanc; skipped without it)', () => {
  let folder: string;
  let certificates: Certificates;
  let orthanc: Awaited<ReturnType<typeof startOrthanc>>;
  let front: Awaited<ReturnType<typeof startTlsFront>>;
  let station: number;
  let outbox: Outbox;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pedicle-secure-'));
    await mkdir(join(folder, 'certificates'));
    certificates = makeCertificates(join(folder, 'certificates'));
    station = await freePort();
    orthanc = await startOrthanc(station, {
      DicomTlsEnabled: true,
      DicomTlsCertificate: certificates.server.cert,
      DicomTlsPrivateKey: certificates.server.key,
      DicomTlsTrustedCertificates: certificates.ca,
      DicomTlsRemoteCertificateRequired: true,
      DicomModalities: { pedicle: { AET: 'PEDICLE', Host: '127.0.0.1', Port: station, UseDicomTls: true } },
      AuthenticationEnabled: true,
      RegisteredUsers: { pedicle: 'secret' },
    });
    front = await startTlsFront(orthanc.httpPort, certificates.server);
    await writeSmallInstances(folder, { count: 1, uidRoot: '1.2.840.99997', patientId: 'SECURE' });
    await writeFile(join(folder, 'authorization'), `Basic ${Buffer.from('pedicle:secret').toString('base64')}\n`);
    outbox = await openOutbox(join(folder, 'outbox'));
  });
  afterAll(async () => {
    front.close();
    await orthanc.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const site = (web: object = { authorizationFile: join(folder, 'authorization') }): HospitalSite => ({
    station: { port: station },
    tls: { ca: certificates.ca, ...certificates.client },
    archives: [
      { name: 'main', host: '127.0.0.1', port: orthanc.port, ae: 'ARCHIVE', tls: true },
      { name: 'web', stow: `https://127.0.0.1:${front.port}/dicom-web`, ...web },
    ],
  });
  async function send(hospital: HospitalSite, archive: string, forMs: number) {
    const added = await enqueueStore(outbox, join(folder, '1.dcm'), archive);
    if (!added.ok) throw new Error(added.fault.message);
    const sending = { ...defaultSending, outbox, hospital, patience: defaultPatience };
    await finish(added.value, sending, Date.now() + forMs, new AbortController().signal, () => undefined);
    const job = await outbox.read(added.value);
    return job && summaryOf(job);
  }

  it('answers an echo by both ways', async () => {
    expect(await checkHospital(site())).toEqual([
      { name: 'archive main', works: true, message: expect.stringMatching(/^ARCHIVE at .* answers in \d+ ms, over TLS\.$/) },
      { name: 'archive web', works: true, message: expect.stringMatching(/^https:.* answers\.$/) },
    ]);
  });

  it('takes instances and calls back over TLS to answer for them', async () => {
    const notices: string[] = [];
    const callbacks = await openCallbacks(site(), outbox, { onNotice: (notice) => notices.push(notice), onReceived: () => undefined });
    if (!callbacks.ok) throw new Error(callbacks.fault.message);
    const job = await send(site(), 'main', 15_000);
    await callbacks.value.close();
    expect([job, notices]).toMatchObject([{ state: 'done', done: 1 }, []]);
  });

  it('takes instances by STOW-RS over HTTPS, for who it knows', async () => {
    expect(await send(site(), 'web', 15_000)).toMatchObject({ state: 'done', done: 1 });
  });

  it('lets nobody in without the word', async () => {
    expect(await send(site({}), 'web', 0)).toMatchObject({
      state: 'waiting',
      message: expect.stringMatching(/^Archive web \(https.*\) does not let us in \(HTTP 401\); check "authorizationFile"/),
    });
  });

  it('is not believed under a certificate of an authority that we do not know', async () => {
    const trusting = { ...site(), tls: { ...certificates.client } };
    expect(await send(trusting, 'web', 0)).toMatchObject({ state: 'waiting', message: expect.stringMatching(/no known authority has signed/) });
  });
});
