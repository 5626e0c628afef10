"""What Caffe itself printed of networks, in logs that its users published: "Memory required for data", in bytes, layer by layer.

Figures only. The sum grows with every layer; where a log was cut, so is the list.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Log:
    """A published log: which network in which phase, where it stands, and the sums that were printed behind layers."""

    network: str
    phase: str
    source: str
    printed: dict[str, int]
    convention: str = "caffe"
    batch: int | None = None


LOGS = (
    Log(
        "alexnet-deploy",
        "TRAIN",
        "log of `caffe time --model=models/bvlc_alexnet/deploy.prototxt`, Caffe 1.0 on a Jetson, lines of 3 August "
        "16:17:04 to 06, in a public repository's notes on installing it",
        {
            "data": 6_183_480,
            "conv1": 17_799_480,
            "relu1": 29_415_480,
            "norm1": 41_031_480,
            "pool1": 43_830_840,
            "conv2": 51_295_800,
            "relu2": 58_760_760,
            "norm2": 66_225_720,
            "pool2": 67_956_280,
            "conv3": 70_552_120,
            "relu3": 73_147_960,
            "conv4": 75_743_800,
            "relu4": 78_339_640,
            "conv5": 80_070_200,
            "relu5": 81_800_760,
            "pool5": 82_169_400,
            "fc6": 82_333_240,
            "relu6": 82_497_080,
            "drop6": 82_660_920,
            "fc7": 82_824_760,
            "relu7": 82_988_600,
            "drop7": 83_152_440,
            "fc8": 83_192_440,
            "prob": 83_232_440,
        },
    ),
    Log(
        "caffenet-deploy",
        "TEST",
        "log of `classify.py` on models/bvlc_reference_caffenet/deploy.prototxt, lines of 2 August 02:24:38, in a public "
        "repository's notes",
        {
            "data": 6_183_480,
            "conv1": 17_799_480,
            "relu1": 29_415_480,
            "pool1": 32_214_840,
            "norm1": 35_014_200,
            "conv2": 42_479_160,
            "relu2": 49_944_120,
            "pool2": 51_674_680,
            "norm2": 53_405_240,
            "conv3": 56_001_080,
            "relu3": 58_596_920,
            "conv4": 61_192_760,
            "relu4": 63_788_600,
            "conv5": 65_519_160,
            "relu5": 67_249_720,
            "pool5": 67_618_360,
            "fc6": 67_782_200,
            "relu6": 67_946_040,
            "drop6": 68_109_880,
            "fc7": 68_273_720,
            "relu7": 68_437_560,
            "drop7": 68_601_400,
            "fc8": 68_641_400,
            "prob": 68_681_400,
        },
    ),
    Log(
        "alexnet-deploy",
        "TEST",
        "github.com/dividiti/ck-caffe/issues/10",
        {"pool5": 82_169_400, "fc6": 82_333_240, "relu6": 82_497_080},
    ),
    Log(
        "caffenet-deploy",
        "TEST",
        "github.com/rohitgirdhar/GenerativePredictableVoxels/issues/1, which starts like CaffeNet, set up by a Caffe that "
        "still says 'Input 0 -> data'",
        {"conv1": 1_161_600, "relu1": 2_323_200},
        "caffe_rc3",
        1,
    ),
    Log("caffenet-train_val", "TRAIN", "github.com/BVLC/caffe/issues/2706, batch 256", {"loss": 1_757_220_868}),
    Log(
        "vgg19-deploy",
        "TEST",
        "github.com/jayelm/neural-art/issues/2, VGG_ILSVRC_19_layers_deploy.prototxt, upgraded by Caffe from V1 and input fields",
        {"conv5_3": 1_242_357_760, "relu5_3": 1_246_371_840, "conv5_4": 1_250_385_920},
    ),
    Log(
        "googlenet",
        "TRAIN",
        "github.com/ROCm/hipCaffe/issues/53, batch 108; 495 classes, which is what the last sum leaves for the classifier of "
        "the first side loss",
        {
            "data": 65_028_528,
            "inception_3a/3x3_relu": 2_406_041_280,
            "inception_3a/5x5_reduce": 2_411_460_288,
            "inception_4d/output": 5_207_744_020,
        },
    ),
    Log("lenet-train_test", "TRAIN", "Caffe's own tutorial log of examples/mnist, batch 64", {"loss": 5_169_924}),
    Log("lenet-train_test", "TEST", "github.com/BVLC/caffe/issues/2387, batch 100", {"loss": 8_086_808}),
    Log("lenet-train_test", "TEST", "github.com/OAID/Caffe-HRT/issues/14", {"pool2": 7_674_800, "ip1": 7_874_800}),
)
