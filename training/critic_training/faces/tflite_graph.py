"""A TensorFlow Lite graph of convolutions as ONNX, weights in half precision.

TensorFlow Lite stores images as NHWC, ONNX as NCHW: the input is transposed once, and the maps again before a reshape
that flattens them. Only the operators of MediaPipe's face networks are known; any other raises KeyError.

PRelu, which ONNX Runtime computes slowly and outside the layout of its convolutions, is the sum of two depthwise
convolutions: `a x + (1 - a) max(x, 0)`. The mesh takes a third of the time.
"""

from collections.abc import Callable
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import onnx
import tflite
from onnx import TensorProto, helper, numpy_helper

OPSET = 17
Options = TypeVar("Options")
_TYPES = {tflite.TensorType.FLOAT32: np.float32, tflite.TensorType.FLOAT16: np.float16}
_TYPES |= {tflite.TensorType.INT32: np.int32}
_NAMES = {number: name for name, number in vars(tflite.BuiltinOperator).items() if isinstance(number, int)}
_SAME = 0
_RELU, _RELU6 = 1, 3
_NCHW, _NHWC = [0, 3, 1, 2], [0, 2, 3, 1]


class TfliteGraph:
    """The first subgraph of a model."""

    def __init__(self, data: bytes) -> None:
        self._model = tflite.Model.GetRootAsModel(data, 0)
        self._graph = self._model.Subgraphs(0)
        self._nodes: list[onnx.NodeProto] = []
        self._initializers: dict[str, onnx.TensorProto] = {}
        self._dequantized: dict[int, int] = {}

    def convert(self, name: str, outputs: dict[str, tuple[int, ...]]) -> onnx.ModelProto:
        """The ONNX model with the batch size open; `outputs`: names and shapes of the outputs without the batch.

        A −1 in a shape opens the sides of the input as well.
        """
        (source,) = self._graph.InputsAsNumpy()
        self._add("Transpose", ["input"], _name(source), perm=_NCHW)
        for index in range(self._graph.OperatorsLength()):
            self._convert_operator(self._graph.Operators(index))
        for tensor, (output, shape) in zip(self._graph.OutputsAsNumpy(), outputs.items(), strict=True):
            self._flatten(tensor, output, shape)
        graph = helper.make_graph(
            self._nodes,
            name,
            [_value_info("input", self._input_sides(source, outputs))],
            [_value_info(output, _open_side("anchors", shape)) for output, shape in outputs.items()],
            list(self._initializers.values()),
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=9)
        onnx.checker.check_model(model)
        return model

    def _input_sides(self, source: int, outputs: dict[str, tuple[int, ...]]) -> list[int | str]:
        _, height, width, channels = self._shape(source)
        is_open = any(-1 in shape for shape in outputs.values())
        return ["height", "width", channels] if is_open else [height, width, channels]

    def _flatten(self, tensor: int, output: str, shape: tuple[int, ...]) -> None:
        """Name an output, in NHWC order and without the sides of 1."""
        source = _name(tensor)
        if len(self._shape(tensor)) == 4:
            self._add("Transpose", [source], f"{output}_nhwc", perm=_NHWC)
            source = f"{output}_nhwc"
        self._add("Reshape", [source, self._constant(f"{output}_shape", np.array([0, *shape], np.int64))], output)

    def _convert_operator(self, operator: tflite.Operator) -> None:
        code = self._model.OperatorCodes(operator.OpcodeIndex())
        name = _NAMES[max(code.BuiltinCode(), code.DeprecatedBuiltinCode())]
        self._operators[name](operator, list(operator.InputsAsNumpy()), int(operator.OutputsAsNumpy()[0]))

    @cached_property
    def _operators(self) -> dict[str, Callable[[tflite.Operator, list[int], int], None]]:
        return {
            "ADD": self._add_maps,
            "CONCATENATION": self._concatenation,
            "CONV_2D": self._convolution,
            "DEPTHWISE_CONV_2D": self._depthwise_convolution,
            "DEQUANTIZE": self._dequantize,
            "MAX_POOL_2D": self._max_pool,
            "PAD": self._pad,
            "PRELU": self._prelu,
            "RELU": self._relu,
            "RESHAPE": self._reshape,
            "RESIZE_BILINEAR": self._resize,
        }

    def _add_maps(self, operator: tflite.Operator, inputs: list[int], output: int) -> None:
        self._activated("Add", [_name(tensor) for tensor in inputs], output, _options(operator, tflite.AddOptions))

    def _concatenation(self, operator: tflite.Operator, inputs: list[int], output: int) -> None:
        axis = _options(operator, tflite.ConcatenationOptions).Axis()
        self._add("Concat", [_name(tensor) for tensor in inputs], _name(output), axis=axis)

    def _convolution(self, operator: tflite.Operator, inputs: list[int], output: int) -> None:
        weights = self._values(inputs[1]).transpose(0, 3, 1, 2)  # OHWI → OIHW
        self._convolve(inputs, output, weights, 1, _options(operator, tflite.Conv2DOptions))

    def _depthwise_convolution(self, operator: tflite.Operator, inputs: list[int], output: int) -> None:
        weights = self._values(inputs[1]).transpose(3, 0, 1, 2)  # 1HWC → C1HW
        self._convolve(inputs, output, weights, len(weights), _options(operator, tflite.DepthwiseConv2DOptions))

    def _convolve(
        self,
        inputs: list[int],
        output: int,
        weights: np.ndarray,
        groups: int,
        options: tflite.Conv2DOptions | tflite.DepthwiseConv2DOptions,
    ) -> None:
        kernel, strides = weights.shape[2:], (options.StrideH(), options.StrideW())
        operands = [_name(inputs[0]), self._weights(inputs[1], weights), self._weights(inputs[2])]
        pads = self._pads(inputs[0], kernel, strides, options.Padding())
        self._activated("Conv", operands, output, options, group=groups, strides=strides, pads=pads)

    def _dequantize(self, _: tflite.Operator, inputs: list[int], output: int) -> None:
        self._dequantized[output] = inputs[0]

    def _max_pool(self, operator: tflite.Operator, inputs: list[int], output: int) -> None:
        options = _options(operator, tflite.Pool2DOptions)
        kernel, strides = (options.FilterHeight(), options.FilterWidth()), (options.StrideH(), options.StrideW())
        pads = self._pads(inputs[0], kernel, strides, options.Padding())
        self._add("MaxPool", [_name(inputs[0])], _name(output), kernel_shape=kernel, strides=strides, pads=pads)

    def _pad(self, _: tflite.Operator, inputs: list[int], output: int) -> None:
        before, after = self._values(inputs[1])[_NCHW].T
        pads = self._constant(f"{_name(output)}_pads", np.array([*before, *after], np.int64))
        self._add("Pad", [_name(inputs[0]), pads], _name(output))

    def _prelu(self, _: tflite.Operator, inputs: list[int], output: int) -> None:
        source, target, values = _name(inputs[0]), _name(output), self._values(inputs[1]).reshape(-1, 1, 1, 1)
        slopes = self._weights(inputs[1], values)
        self._add("Sub", [self._constant(f"{target}_one", np.ones((), np.float32)), slopes], f"{target}_bends")
        self._add("Relu", [source], f"{target}_positive")
        self._add("Conv", [source, slopes], f"{target}_line", group=len(values))
        self._add("Conv", [f"{target}_positive", f"{target}_bends"], f"{target}_bend", group=len(values))
        self._add("Add", [f"{target}_bend", f"{target}_line"], target)

    def _relu(self, _: tflite.Operator, inputs: list[int], output: int) -> None:
        self._add("Relu", [_name(inputs[0])], _name(output))

    def _reshape(self, _: tflite.Operator, inputs: list[int], output: int) -> None:
        *_, channels = self._shape(output)
        self._flatten(inputs[0], _name(output), (-1, channels))

    def _resize(self, operator: tflite.Operator, inputs: list[int], output: int) -> None:
        options = _options(operator, tflite.ResizeBilinearOptions)
        _, height, width, _ = self._shape(output)
        mode = "half_pixel" if options.HalfPixelCenters() else "asymmetric"
        scale = np.array([1, 1, height / self._shape(inputs[0])[1], width / self._shape(inputs[0])[2]], np.float32)
        operands = [_name(inputs[0]), "", self._constant(f"{_name(output)}_scale", scale)]
        mode = "align_corners" if options.AlignCorners() else mode
        self._add("Resize", operands, _name(output), mode="linear", coordinate_transformation_mode=mode)

    def _pads(self, tensor: int, kernel: tuple[int, ...], strides: tuple[int, int], padding: int) -> list[int]:
        """TensorFlow's SAME: the odd row or column of padding comes last."""
        if padding != _SAME:
            return [0, 0, 0, 0]
        sides = self._shape(tensor)[1:3]
        totals = [
            max(0, (-(-side // stride) - 1) * stride + length - side)
            for side, stride, length in zip(sides, strides, kernel, strict=True)
        ]
        return [total // 2 for total in totals] + [total - total // 2 for total in totals]

    def _activated(self, kind: str, inputs: list[str], output: int, options: object, **attributes: Any) -> None:
        activation = options.FusedActivationFunction()  # type: ignore[attr-defined]  # of all options with maps
        if activation == _RELU6:
            raise KeyError("RELU6")
        target = f"{_name(output)}_linear" if activation == _RELU else _name(output)
        self._add(kind, inputs, target, **attributes)
        if activation == _RELU:
            self._add("Relu", [target], _name(output))

    def _add(self, kind: str, inputs: list[str], output: str, **attributes: Any) -> None:
        self._nodes.append(helper.make_node(kind, inputs, [output], **attributes))

    def _shape(self, tensor: int) -> list[int]:
        return [int(side) for side in self._graph.Tensors(tensor).ShapeAsNumpy()]

    def _values(self, tensor: int) -> np.ndarray:
        source = self._graph.Tensors(self._dequantized.get(tensor, tensor))
        data = self._model.Buffers(source.Buffer()).DataAsNumpy()
        return np.frombuffer(data.tobytes(), _TYPES[source.Type()]).reshape(source.ShapeAsNumpy())

    def _weights(self, tensor: int, values: np.ndarray | None = None) -> str:
        """Name of the weights in single precision; the file has them in half."""
        name = f"{_name(tensor)}_weights"
        if name not in self._initializers:
            stored = self._values(tensor) if values is None else values
            self._constant(name, np.ascontiguousarray(stored.astype(np.float16)))
            self._add("Cast", [name], f"{name}_single", to=TensorProto.FLOAT)
        return f"{name}_single"

    def _constant(self, name: str, values: np.ndarray) -> str:
        self._initializers[name] = numpy_helper.from_array(values, name)
        return name


def _value_info(name: str, sides: list[int | str]) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", *sides])


def _open_side(name: str, shape: tuple[int, ...]) -> list[int | str]:
    return [name if side < 0 else side for side in shape]


def _name(tensor: int) -> str:
    return f"t{tensor}"


def _options(operator: tflite.Operator, kind: type[Options]) -> Options:
    options = kind()
    table = operator.BuiltinOptions()
    options.Init(table.Bytes, table.Pos)  # type: ignore[attr-defined]  # of all option tables
    return options
