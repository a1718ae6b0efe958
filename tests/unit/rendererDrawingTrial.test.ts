import { expect, test } from 'vitest';
import { gpuIsQuicker, isSoftwareRasterizer } from '../../renderer/viewport/drawingTrial.ts';

test.each([
  ['ANGLE (Google, Vulkan 1.3.0 (SwiftShader Device (Subzero) (0x0000C0DE)), SwiftShader driver)', true],
  ['llvmpipe (LLVM 15.0.6, 256 bits)', true],
  ['ANGLE (Microsoft, Microsoft Basic Render Driver Direct3D11 vs_5_0 ps_5_0, D3D11)', true],
  ['ANGLE (NVIDIA, NVIDIA RTX A2000 Direct3D11 vs_5_0 ps_5_0, D3D11)', false],
  ['ANGLE (Intel, Mesa Intel(R) UHD Graphics 770 (ADL-S GT1), OpenGL 4.6)', false],
  ['', false],
])('%j draws in software: %j', (renderer, software) => {
  expect(isSoftwareRasterizer(renderer)).toBe(software);
});

test('the graphics processor draws only where it was tried and is clearly the quicker', () => {
  expect(gpuIsQuicker({ gpuMs: 2, cpuMs: 7 })).toBe(true);
  expect(gpuIsQuicker({ gpuMs: 4, cpuMs: 7 })).toBe(false);
  expect(gpuIsQuicker({ gpuMs: null, cpuMs: null })).toBe(false);
});
