/** Stands in for vtk.js's drawing with WebGPU, which Cornerstone3D loads beside WebGL and never asks for. */
export {};
