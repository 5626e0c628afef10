"""Addresses of every view, with and without something chosen in it."""

from __future__ import annotations

VIEWS = {
    "overview": "#/overview",
    "explorer": "#/explorer?n=vgg16&i=3x256x256&b=8&like=thop&t=mac:2m&ask=Who+is+right?",
    "explorer, a number": "#/explorer?v=8.2+G",
    "explorer, parameters": "#/explorer?m=params&like=keras_count_params",
    "explorer, memory": "#/explorer?n=vgg16&i=3x480x640&m=memory&like=torchsummary_151&t=p.norm:0",
    "explorer, nothing to toggle": "#/explorer?n=resnet50&i=3x1x1&m=neurons",
    "waterfall": "#/waterfall?n=resnet50&a=torchinfo&b=thop&m=compute",
    "waterfall of two networks": "#/waterfall?n=resnet50&n2=resnet50-v1&a=torchinfo&b=fvcore&m=compute",
    "lessons": "#/lessons",
    "lesson": "#/lessons?read=01-macs",
    "lesson, with an answer": "#/lessons?read=01-mac-or-flop",
    "matrix": "#/matrix",
    "matrix of residuals": "#/matrix?show=residual&m=params",
    "cell": "#/cell?n=resnet50&t=tf_profiler&m=compute",
    "network": "#/network?n=resnet18&by=params&m=memory",
    "tools": "#/tools?framework=pytorch",
    "tool": "#/tool?t=torchinfo&m=params",
    "doctor": "#/doctor",
    "figures": "#/figures",
    "figures, refuted": "#/figures?f.verdict=misprint&s=source",
    "zoos": "#/zoos?of=zoos/torchvision&f.tool=thop",
    "graphs": "#/graphs?n=lenet&export=paddle",
    "data": "#/data?file=measurements&q=conv1+thop&s=-value",
    "versions": "#/versions",
}
