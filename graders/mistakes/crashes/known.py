"""What the lesson's libraries have, by name: the judge never imports them."""

from __future__ import annotations


def several(names: str) -> frozenset[str]:
    """Return the names in a text."""
    return frozenset(names.split())


TENSOR = several(
    "T abs add all any argmax argmin argsort backward bool clone contiguous cpu cuda data detach device "
    "dim div double dtype eq exp expand fill_ flatten flip float gather grad half index_select int "
    "is_cuda item log log_softmax long masked_fill matmul max mean min mm mul ndim neg new_zeros norm "
    "numel numpy permute pow requires_grad requires_grad_ reshape retain_grad round shape sigmoid size "
    "softmax sort split sqrt squeeze std sub sum t to tolist topk transpose type unbind unsqueeze var "
    "view view_as zero_"
)
MODULE = several(
    "add_module apply buffers children cpu cuda double eval float forward half load_state_dict modules "
    "named_parameters parameters register_buffer register_parameter requires_grad_ state_dict to train "
    "training zero_grad"
)
LAYER = MODULE | {"weight", "bias", "in_features", "out_features"}
OPTIMIZER = several("add_param_group load_state_dict param_groups state state_dict step zero_grad")
# What torch's modules have, as far as a beginner may want it.
HAVE: dict[str, frozenset[str]] = {
    "torch": several(
        "Generator Tensor arange argmax as_tensor backends bool cat cuda device div eq exp flatten float "
        "float32 from_numpy inference_mode int64 load log log_softmax long manual_seed matmul max mean min mm "
        "nn no_grad norm numel ones optim rand randint randn randperm reshape save set_grad_enabled sigmoid "
        "softmax sort split sqrt squeeze stack sum tensor topk unsqueeze utils zeros zeros_like"
    ),
    "torch.nn": several(
        "BCELoss BatchNorm1d CrossEntropyLoss Dropout Flatten Identity L1Loss Linear LogSoftmax MSELoss "
        "Module ModuleList NLLLoss Parameter ReLU Sequential Sigmoid Softmax Tanh functional init"
    ),
    "torch.nn.functional": several(
        "binary_cross_entropy cross_entropy dropout linear log_softmax mse_loss nll_loss one_hot relu sigmoid "
        "softmax tanh"
    ),
    "torch.optim": several("ASGD Adadelta Adagrad Adam AdamW Adamax LBFGS Optimizer RMSprop SGD lr_scheduler"),
    "torch.utils": frozenset({"data"}),
    "torch.utils.data": several(
        "BatchSampler ConcatDataset DataLoader Dataset IterableDataset RandomSampler SequentialSampler Subset "
        "TensorDataset random_split"
    ),
    "torchvision": frozenset(["datasets", "io", "models", "transforms", "utils"]),
    "torchvision.datasets": several("CIFAR10 CIFAR100 EMNIST FashionMNIST ImageFolder KMNIST MNIST QMNIST"),
    "torchvision.transforms": several(
        "Compose Grayscale Lambda Normalize PILToTensor RandomRotation Resize ToPILImage ToTensor"
    ),
}
# Names whose home cannot be mistaken: several modules have a softmax.
HOMES = {
    name: module
    for module, names in HAVE.items()
    for name in names
    if sum(name in other for other in HAVE.values()) == 1 and module not in ("torch.utils", "torchvision")
}
# Files that beginners name at once; another one is perhaps a file of their own.
MODULES = several(
    "argparse collections copy csv datasets functools gzip io itertools json math matplotlib "
    "matplotlib.pyplot numpy operator os pandas pathlib pickle random re struct sys time torch "
    "torchvision tqdm typing"
) | set(HAVE)
# Under which name a module, or something of it, usually comes into a file.
IMPORTED_AS = {
    "F": "torch.nn.functional",
    "Image": "PIL",
    "Path": "pathlib",
    "copy": "copy",
    "datasets": "torchvision",
    "dsets": "torchvision",
    "functional": "torch.nn",
    "gzip": "gzip",
    "itertools": "itertools",
    "json": "json",
    "math": "math",
    "matplotlib": "matplotlib",
    "nn": "torch",
    "np": "numpy",
    "numpy": "numpy",
    "optim": "torch",
    "os": "os",
    "pathlib": "pathlib",
    "pd": "pandas",
    "pickle": "pickle",
    "plt": "matplotlib",
    "pyplot": "matplotlib",
    "random": "random",
    "sys": "sys",
    "time": "time",
    "torch": "torch",
    "torchvision": "torchvision",
    "tqdm": "tqdm",
    "transforms": "torchvision",
}
# What the lesson's notebook has outside functions, and functions here are given.
OF_THE_NOTEBOOK = several(
    "USE_CUDA batch_size criterion data_loader dataset device learning_rate linear mnist_test mnist_train "
    "model optimizer test_loader train_loader training_epochs"
)
