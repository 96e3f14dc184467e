"""What each known version of Monty has and refuses, from real runs by `tools/record_targets.py`.

Do not edit: run that script in an environment with the version in question. `refused` names the features of
the script's `FEATURES` that fail, when parsed or when reached; `modules` holds the names of each module that
can be imported; `methods` what can be called on a value of a type, `attributes` what can be read of it
without calling, `class_methods` and `class_attributes` the same of the type itself.
"""

from __future__ import annotations

from typing import TypedDict


class Recorded(TypedDict):
    """What was observed of one version; lists of names are strings with blanks between."""

    builtins: str
    refused: str
    modules: dict[str, str]
    methods: dict[str, str]
    attributes: dict[str, str]
    class_methods: dict[str, str]
    class_attributes: dict[str, str]


RECORDED: dict[str, Recorded] = {
    "1.0.0": {
        "builtins": (
            "ArithmeticError AssertionError AttributeError BaseException Ellipsis Exception False "
            "FileExistsError FileNotFoundError ImportError IndexError IsADirectoryError KeyError "
            "KeyboardInterrupt LookupError MemoryError ModuleNotFoundError NameError None "
            "NotADirectoryError NotImplemented NotImplementedError OSError OverflowError PermissionError "
            "RecursionError RuntimeError StopIteration SyntaxError SystemExit TimeoutError True TypeError "
            "UnboundLocalError UnicodeDecodeError UnicodeEncodeError ValueError ZeroDivisionError __debug__ "
            "__doc__ __name__ __package__ __spec__ abs all any bin bool bytes chr dict divmod enumerate "
            "eval exec filter float format frozenset getattr hasattr hash hex id int isinstance iter len "
            "list locals map max min next object oct open ord pow print property range repr reversed round "
            "set setattr slice sorted str sum tuple type zip"
        ),
        "refused": (
            "async-comprehension async-for async-with class-base class-shadow class-statement class-target "
            "class-walrus complex comprehension-attribute comprehension-subscript dataclass-post-init "
            "debug-name del empty-target except-star exception-several exception-values format-specifier "
            "gather-keywords json-default match matmul matmul-assignment metaclass method-as-value "
            "method-decorator object-instance pow-keywords raise-semicolon re-callable relative-import "
            "set-comparison slice-assignment statement-match-name wildcard-import yield yield-from"
        ),
        "modules": {
            "asyncio": "gather run sleep",
            "base64": (
                "MAXBINSIZE MAXLINESIZE a85decode a85encode b16decode b16encode b32decode b32encode "
                "b32hexdecode b32hexencode b64decode b64encode b85decode b85encode decodebytes encodebytes "
                "standard_b64decode standard_b64encode urlsafe_b64decode urlsafe_b64encode z85decode "
                "z85encode"
            ),
            "binascii": (
                "Error Incomplete a2b_base64 a2b_hex a2b_qp a2b_uu b2a_base64 b2a_hex b2a_qp b2a_uu crc32 "
                "crc_hqx hexlify unhexlify"
            ),
            "collections": "Counter defaultdict deque namedtuple",
            "copy": "copy deepcopy",
            "dataclasses": "FrozenInstanceError dataclass is_dataclass",
            "datetime": "date datetime time timedelta timezone",
            "functools": "partial reduce",
            "itertools": (
                "accumulate batched chain combinations combinations_with_replacement compress count cycle "
                "dropwhile filterfalse groupby islice pairwise permutations product repeat starmap "
                "takewhile tee zip_longest"
            ),
            "json": "JSONDecodeError dumps loads",
            "math": (
                "acos acosh asin asinh atan atan2 atanh cbrt ceil comb copysign cos cosh degrees dist e erf "
                "erfc exp exp2 expm1 fabs factorial floor fma fmod frexp fsum gamma gcd hypot inf isclose "
                "isfinite isinf isnan isqrt lcm ldexp lgamma log log10 log1p log2 modf nan nextafter perm "
                "pi pow prod radians remainder sin sinh sqrt sumprod tan tanh tau trunc ulp"
            ),
            "os": (
                "altsep chdir curdir devnull environ extsep fspath getcwd getcwdb getenv linesep listdir "
                "makedirs mkdir name pardir remove rename replace rmdir sep stat unlink urandom"
            ),
            "pathlib": "Path",
            "random": (
                "Random betavariate binomialvariate choice choices expovariate gammavariate gauss "
                "getrandbits getstate lognormvariate normalvariate paretovariate randbytes randint random "
                "randrange sample seed setstate shuffle triangular uniform vonmisesvariate weibullvariate"
            ),
            "re": (
                "A ASCII DOTALL I IGNORECASE M MULTILINE Match NOFLAG Pattern PatternError S compile error "
                "escape findall finditer fullmatch match search split sub"
            ),
            "sys": (
                "abiflags api_version argv base_exec_prefix base_prefix builtin_module_names byteorder "
                "copyright dont_write_bytecode exec_prefix executable flags float_info float_repr_style "
                "hexversion maxsize maxunicode platform platlibdir prefix pycache_prefix stderr stdout "
                "version version_info"
            ),
            "time": (
                "altzone asctime ctime daylight gmtime localtime mktime monotonic monotonic_ns perf_counter "
                "perf_counter_ns process_time process_time_ns sleep strftime strptime thread_time "
                "thread_time_ns time time_ns timezone tzname"
            ),
            "typing": (
                "Annotated Any Callable ClassVar Dict Final FrozenSet Generator Generic Iterable Iterator "
                "List Literal Mapping Never NoReturn Optional Protocol Self Sequence Set TYPE_CHECKING "
                "Tuple Type TypeVar Union"
            ),
            "unicodedata": "category combining is_normalized lookup name normalize unidata_version",
        },
        "methods": {
            "Exception": "",
            "NoneType": "",
            "bool": "",
            "bytes": (
                "capitalize center count decode endswith find fromhex hex index isalnum isalpha isascii "
                "isdigit islower isspace istitle isupper join ljust lower lstrip partition removeprefix "
                "removesuffix replace rfind rindex rjust rpartition rsplit rstrip split splitlines "
                "startswith strip swapcase title upper zfill"
            ),
            "collections.Counter": (
                "clear copy elements fromkeys get items keys most_common pop popitem setdefault subtract "
                "total update values"
            ),
            "collections.defaultdict": (
                "__missing__ clear copy fromkeys get items keys pop popitem setdefault update values"
            ),
            "collections.deque": (
                "append appendleft clear copy count extend extendleft index insert pop popleft remove "
                "reverse rotate"
            ),
            "datetime.date": "isoformat isoweekday replace strftime weekday",
            "datetime.datetime": (
                "astimezone date dst isoformat isoweekday replace strftime time timestamp timetz tzname "
                "utcoffset weekday"
            ),
            "datetime.time": "dst isoformat replace strftime tzname utcoffset",
            "datetime.timedelta": "total_seconds",
            "dict": "clear copy fromkeys get items keys pop popitem setdefault update values",
            "float": "",
            "frozenset": (
                "copy difference intersection isdisjoint issubset issuperset symmetric_difference union"
            ),
            "function": "",
            "int": "",
            "list": "append clear copy count extend index insert pop remove reverse sort",
            "range": "",
            "re.Match": "end group groupdict groups span start",
            "re.Pattern": "findall finditer fullmatch match search split sub",
            "set": (
                "add clear copy difference discard intersection isdisjoint issubset issuperset pop remove "
                "symmetric_difference union update"
            ),
            "str": (
                "capitalize casefold center count encode endswith expandtabs find format index isalnum "
                "isalpha isascii isdecimal isdigit isidentifier islower isnumeric isprintable isspace "
                "istitle isupper join ljust lower lstrip partition removeprefix removesuffix replace rfind "
                "rindex rjust rpartition rsplit rstrip split splitlines startswith strip swapcase title "
                "upper zfill"
            ),
            "tuple": "count index",
        },
        "attributes": {
            "Exception": "args",
            "NoneType": "",
            "bool": "",
            "bytes": "",
            "collections.Counter": "",
            "collections.defaultdict": "default_factory",
            "collections.deque": "maxlen",
            "datetime.date": "day month year",
            "datetime.datetime": "day hour microsecond minute month second tzinfo year",
            "datetime.time": "fold hour microsecond minute second tzinfo",
            "datetime.timedelta": "days microseconds seconds",
            "dict": "",
            "float": "",
            "frozenset": "",
            "function": "",
            "int": "",
            "list": "",
            "range": "",
            "re.Match": "string",
            "re.Pattern": "flags pattern",
            "set": "",
            "str": "",
            "tuple": "",
        },
        "class_methods": {
            "Exception": "",
            "bool": "__name__",
            "bytes": "__name__ fromhex",
            "collections.Counter": "__class_getitem__ __name__ fromkeys",
            "collections.defaultdict": "__class_getitem__ __name__ fromkeys",
            "collections.deque": "__class_getitem__ __name__",
            "datetime.date": "__name__ fromisoformat max min resolution today",
            "datetime.datetime": "__name__ combine fromisoformat max min now resolution strptime",
            "datetime.time": "__name__ fromisoformat max min resolution",
            "datetime.timedelta": "__name__ max min resolution",
            "dict": "__class_getitem__ __name__ fromkeys",
            "float": "__name__",
            "frozenset": "__class_getitem__ __name__",
            "int": "__name__",
            "list": "__class_getitem__ __name__",
            "range": "__name__",
            "re.Match": "__class_getitem__ __name__",
            "re.Pattern": "__class_getitem__ __name__",
            "set": "__class_getitem__ __name__",
            "str": "__name__",
            "tuple": "__class_getitem__ __name__",
        },
        "class_attributes": {
            "Exception": "",
            "bool": "__name__",
            "bytes": "__name__",
            "collections.Counter": "__name__",
            "collections.defaultdict": "__name__",
            "collections.deque": "__name__",
            "datetime.date": "__name__ max min resolution",
            "datetime.datetime": "__name__ max min resolution",
            "datetime.time": "__name__ max min resolution",
            "datetime.timedelta": "__name__ max min resolution",
            "dict": "__name__",
            "float": "__name__",
            "frozenset": "__name__",
            "int": "__name__",
            "list": "__name__",
            "range": "__name__",
            "re.Match": "__name__",
            "re.Pattern": "__name__",
            "set": "__name__",
            "str": "__name__",
            "tuple": "__name__",
        },
    },
    "1.4.0": {
        "builtins": (
            "ArithmeticError AssertionError AttributeError BaseException Ellipsis Exception False "
            "FileExistsError FileNotFoundError ImportError IndexError IsADirectoryError KeyError "
            "KeyboardInterrupt LookupError MemoryError ModuleNotFoundError NameError None "
            "NotADirectoryError NotImplemented NotImplementedError OSError OverflowError PermissionError "
            "RecursionError RuntimeError StopIteration SyntaxError SystemExit TimeoutError True TypeError "
            "UnboundLocalError UnicodeDecodeError UnicodeEncodeError ValueError ZeroDivisionError __debug__ "
            "__doc__ __name__ __package__ __spec__ abs all any bin bool bytes chr complex dict divmod "
            "enumerate eval exec filter float format frozenset getattr hasattr hash hex id int isinstance "
            "iter len list locals map max min next object oct open ord pow print property range repr "
            "reversed round set setattr slice sorted str sum tuple type zip"
        ),
        "refused": (
            "async-comprehension async-for async-with class-base class-shadow class-statement class-target "
            "class-walrus comprehension-attribute comprehension-subscript debug-name del empty-target "
            "except-star exception-several exception-values format-specifier gather-keywords json-default "
            "matmul-assignment metaclass method-as-value method-decorator object-instance pow-keywords "
            "raise-semicolon re-callable relative-import statement-match-name wildcard-import yield "
            "yield-from"
        ),
        "modules": {
            "asyncio": "gather run sleep",
            "base64": (
                "MAXBINSIZE MAXLINESIZE a85decode a85encode b16decode b16encode b32decode b32encode "
                "b32hexdecode b32hexencode b64decode b64encode b85decode b85encode decodebytes encodebytes "
                "standard_b64decode standard_b64encode urlsafe_b64decode urlsafe_b64encode z85decode "
                "z85encode"
            ),
            "binascii": (
                "Error Incomplete a2b_base64 a2b_hex a2b_qp a2b_uu b2a_base64 b2a_hex b2a_qp b2a_uu crc32 "
                "crc_hqx hexlify unhexlify"
            ),
            "bisect": "bisect bisect_left bisect_right insort insort_left insort_right",
            "collections": "Counter defaultdict deque namedtuple",
            "copy": "copy deepcopy",
            "csv": (
                "Dialect DictReader DictWriter Error QUOTE_ALL QUOTE_MINIMAL QUOTE_NONE QUOTE_NONNUMERIC "
                "excel excel_tab field_size_limit get_dialect list_dialects reader unix_dialect writer"
            ),
            "dataclasses": "FrozenInstanceError MISSING dataclass field is_dataclass",
            "datetime": "date datetime time timedelta timezone",
            "decimal": (
                "BasicContext Clamped Context ConversionSyntax Decimal DecimalException DecimalTuple "
                "DefaultContext DivisionByZero DivisionImpossible DivisionUndefined ExtendedContext "
                "FloatOperation HAVE_CONTEXTVAR HAVE_THREADS Inexact InvalidContext InvalidOperation "
                "MAX_EMAX MAX_PREC MIN_EMIN MIN_ETINY Overflow ROUND_05UP ROUND_CEILING ROUND_DOWN "
                "ROUND_FLOOR ROUND_HALF_DOWN ROUND_HALF_EVEN ROUND_HALF_UP ROUND_UP Rounded Subnormal "
                "Underflow getcontext localcontext setcontext"
            ),
            "functools": "cache lru_cache partial reduce",
            "hashlib": (
                "algorithms_available algorithms_guaranteed blake2b blake2s md5 new pbkdf2_hmac sha1 sha224 "
                "sha256 sha384 sha3_224 sha3_256 sha3_384 sha3_512 sha512 shake_128 shake_256"
            ),
            "itertools": (
                "accumulate batched chain combinations combinations_with_replacement compress count cycle "
                "dropwhile filterfalse groupby islice pairwise permutations product repeat starmap "
                "takewhile tee zip_longest"
            ),
            "json": "JSONDecodeError dump dumps load loads",
            "math": (
                "acos acosh asin asinh atan atan2 atanh cbrt ceil comb copysign cos cosh degrees dist e erf "
                "erfc exp exp2 expm1 fabs factorial floor fma fmod frexp fsum gamma gcd hypot inf isclose "
                "isfinite isinf isnan isqrt lcm ldexp lgamma log log10 log1p log2 modf nan nextafter perm "
                "pi pow prod radians remainder sin sinh sqrt sumprod tan tanh tau trunc ulp"
            ),
            "os": (
                "altsep chdir curdir defpath devnull environ extsep fspath getcwd getcwdb getenv linesep "
                "listdir makedirs mkdir name pardir path pathsep remove rename replace rmdir scandir sep "
                "stat unlink urandom walk"
            ),
            "os.path": (
                "abspath altsep basename commonpath commonprefix curdir defpath devnull dirname exists "
                "expanduser expandvars extsep getatime getctime getmtime getsize isabs isdir isfile islink "
                "ismount join lexists normcase normpath pardir pathsep realpath relpath samefile samestat "
                "sep split splitdrive splitext supports_unicode_filenames"
            ),
            "pathlib": "Path",
            "posixpath": (
                "abspath altsep basename commonpath commonprefix curdir defpath devnull dirname exists "
                "expanduser expandvars extsep getatime getctime getmtime getsize isabs isdir isfile islink "
                "ismount join lexists normcase normpath pardir pathsep realpath relpath samefile samestat "
                "sep split splitdrive splitext supports_unicode_filenames"
            ),
            "random": (
                "Random betavariate binomialvariate choice choices expovariate gammavariate gauss "
                "getrandbits getstate lognormvariate normalvariate paretovariate randbytes randint random "
                "randrange sample seed setstate shuffle triangular uniform vonmisesvariate weibullvariate"
            ),
            "re": (
                "A ASCII DOTALL I IGNORECASE M MULTILINE Match NOFLAG Pattern PatternError S compile error "
                "escape findall finditer fullmatch match search split sub"
            ),
            "sys": (
                "abiflags api_version argv base_exec_prefix base_prefix builtin_module_names byteorder "
                "copyright dont_write_bytecode exec_prefix executable flags float_info float_repr_style "
                "hexversion maxsize maxunicode platform platlibdir prefix pycache_prefix stderr stdout "
                "version version_info"
            ),
            "time": (
                "altzone asctime ctime daylight gmtime localtime mktime monotonic monotonic_ns perf_counter "
                "perf_counter_ns process_time process_time_ns sleep strftime strptime thread_time "
                "thread_time_ns time time_ns timezone tzname"
            ),
            "tomllib": "TOMLDecodeError load loads",
            "typing": (
                "Annotated Any Callable ClassVar Dict Final FrozenSet Generator Generic Iterable Iterator "
                "List Literal Mapping Never NoReturn Optional Protocol Self Sequence Set TYPE_CHECKING "
                "Tuple Type TypeVar Union"
            ),
            "unicodedata": "category combining is_normalized lookup name normalize unidata_version",
        },
        "methods": {
            "Exception": "",
            "NoneType": "",
            "bool": "",
            "bytes": (
                "capitalize center count decode endswith find fromhex hex index isalnum isalpha isascii "
                "isdigit islower isspace istitle isupper join ljust lower lstrip partition removeprefix "
                "removesuffix replace rfind rindex rjust rpartition rsplit rstrip split splitlines "
                "startswith strip swapcase title upper zfill"
            ),
            "collections.Counter": (
                "clear copy elements fromkeys get items keys most_common pop popitem setdefault subtract "
                "total update values"
            ),
            "collections.defaultdict": (
                "__missing__ clear copy fromkeys get items keys pop popitem setdefault update values"
            ),
            "collections.deque": (
                "append appendleft clear copy count extend extendleft index insert pop popleft remove "
                "reverse rotate"
            ),
            "datetime.date": "isoformat isoweekday replace strftime weekday",
            "datetime.datetime": (
                "astimezone date dst isoformat isoweekday replace strftime time timestamp timetz tzname "
                "utcoffset weekday"
            ),
            "datetime.time": "dst isoformat replace strftime tzname utcoffset",
            "datetime.timedelta": "total_seconds",
            "dict": "clear copy fromkeys get items keys pop popitem setdefault update values",
            "float": "",
            "frozenset": (
                "copy difference intersection isdisjoint issubset issuperset symmetric_difference union"
            ),
            "function": "",
            "int": "",
            "list": "append clear copy count extend index insert pop remove reverse sort",
            "range": "",
            "re.Match": "end group groupdict groups span start",
            "re.Pattern": "findall finditer fullmatch match search split sub",
            "set": (
                "add clear copy difference discard intersection isdisjoint issubset issuperset pop remove "
                "symmetric_difference union update"
            ),
            "str": (
                "capitalize casefold center count encode endswith expandtabs find format index isalnum "
                "isalpha isascii isdecimal isdigit isidentifier islower isnumeric isprintable isspace "
                "istitle isupper join ljust lower lstrip partition removeprefix removesuffix replace rfind "
                "rindex rjust rpartition rsplit rstrip split splitlines startswith strip swapcase title "
                "upper zfill"
            ),
            "tuple": "count index",
        },
        "attributes": {
            "Exception": "args",
            "NoneType": "",
            "bool": "",
            "bytes": "",
            "collections.Counter": "",
            "collections.defaultdict": "default_factory",
            "collections.deque": "maxlen",
            "datetime.date": "day month year",
            "datetime.datetime": "day hour microsecond minute month second tzinfo year",
            "datetime.time": "fold hour microsecond minute second tzinfo",
            "datetime.timedelta": "days microseconds seconds",
            "dict": "",
            "float": "",
            "frozenset": "",
            "function": "",
            "int": "",
            "list": "",
            "range": "",
            "re.Match": "string",
            "re.Pattern": "flags pattern",
            "set": "",
            "str": "",
            "tuple": "",
        },
        "class_methods": {
            "Exception": "",
            "bool": "__name__",
            "bytes": "__name__ fromhex",
            "collections.Counter": "__class_getitem__ __name__ fromkeys",
            "collections.defaultdict": "__class_getitem__ __name__ fromkeys",
            "collections.deque": "__class_getitem__ __name__",
            "datetime.date": "__name__ fromisoformat max min resolution today",
            "datetime.datetime": "__name__ combine fromisoformat max min now resolution strptime",
            "datetime.time": "__name__ fromisoformat max min resolution",
            "datetime.timedelta": "__name__ max min resolution",
            "dict": "__class_getitem__ __name__ fromkeys",
            "float": "__name__",
            "frozenset": "__class_getitem__ __name__",
            "int": "__name__",
            "list": "__class_getitem__ __name__",
            "range": "__name__",
            "re.Match": "__class_getitem__ __name__",
            "re.Pattern": "__class_getitem__ __name__",
            "set": "__class_getitem__ __name__",
            "str": "__name__",
            "tuple": "__class_getitem__ __name__",
        },
        "class_attributes": {
            "Exception": "",
            "bool": "__name__",
            "bytes": "__name__",
            "collections.Counter": "__name__",
            "collections.defaultdict": "__name__",
            "collections.deque": "__name__",
            "datetime.date": "__name__ max min resolution",
            "datetime.datetime": "__name__ max min resolution",
            "datetime.time": "__name__ max min resolution",
            "datetime.timedelta": "__name__ max min resolution",
            "dict": "__name__",
            "float": "__name__",
            "frozenset": "__name__",
            "int": "__name__",
            "list": "__name__",
            "range": "__name__",
            "re.Match": "__name__",
            "re.Pattern": "__name__",
            "set": "__name__",
            "str": "__name__",
            "tuple": "__name__",
        },
    },
}
