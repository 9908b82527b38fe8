"""Samples that tidy.py must catch, and samples that it must leave alone."""

LONG_BODY = "int f() {\n" + "    g();\n" * 70 + "}\n"
FITTING_BODY = "int f() {\n" + "    g();\n" * 60 + "}\n"

# (path, text): each must give at least one problem. Words are split so that tidy.py, which reads
# this file too, does not find them here.
BAD = [
    ("src/a/b.cc", "// TO" + "DO: later\n"),
    ("docs/a.md", "FIX" + "ME\n"),
    ("run", "cd /wo" + "rk/main\n"),
    ("web/.npmrc.md", "https://registry.npm" + "js.org/x\n"),
    ("CHANGELOG.md", "<" * 7 + " HEAD\n"),
    ("CHANGELOG.md", "=" * 7 + "\n"),
    ("CHANGELOG.md", ">" * 7 + " other\n"),
    ("tests/key.txt", "-----BEGIN EC PRIVATE" + " KEY-----\n" + "A" * 64 + "\n"),
    ("src/a/b.cc", '"-----BEGIN PRIVATE' + ' KEY-----\\n"\n    "' + "B" * 64 + '\\n"\n'),
    ("config.toml", 'key = "AK' + 'IAABCDEFGHIJKLMNOP"\n'),
    ("src/a/b.cc", "int x;\n" * 601),
    ("src/a/b.cc", "int " + "x" * 100 + ";\n"),
    ("src/a/b.cc", LONG_BODY),
    ("src/a/b.cc", "namespace a {\nclass C {\n    " + LONG_BODY + "};\n}\n"),
    ("src/a/b.cc", "TEST(A, B) {\n" + "    g();\n" * 70 + "}\n"),
    ("src/a/b.cc", "C::C(int x)\n    : x_(x) {\n" + "    g();\n" * 70 + "}\n"),
    ("src/a/b.cc", "auto C::f() const -> int {\n" + "    g();\n" * 70 + "}\n"),
    ("src/a/string_utils.cc", "int x;\n"),
    ("src/utils/a.cc", "int x;\n"),
    ("src/a/b.h", "class KeyManager {};\n"),
    ("src/a/b.h", "class ParseHelper;\n"),
    ("src/a/b.cc", "co_await f(Options{1, 2});\n"),
    ("src/a/b.cc", "co_await f({.a = 1});\n"),
    ("src/a/b.cc", "auto x = co_await g.h(a,\n    [&] { return 1; });\n"),
    ("src/a/b.cc", "co_await f([]{});\n"),
    ("src/a/b.cc", "SALUS_CO_TRY(auto x, co_await f(a ? b : c));\n"),
    ("src/a/b.cc", "switch (e) {\n    case Errc::gone: {\n f(); }\n    default: return 1;\n}\n"),
    ("src/a/b.cc", "std::cout << 1;\n"),
    ("src/a/b.cc", 'printf("x");\n'),
    ("src/a/b.cc", 'std::fprintf(stderr, "x");\n'),
    ("src/a/b.cc", "std::filesystem::remove(path, error);\n"),
    ("src/a/b.cc", "auto x = std::filesystem::rename(a, b);\n"),
    ("src/a/b.cc", "if (::unlink(path.c_str()) != 0) {}\n"),
    ("src/a/b.cc", "if (ftruncate(file, 0)) {}\n"),
    ("src/a/b.cc", "::open(path, O_WRONLY | O_TRUNC, 0600);\n"),
    ("src/a/b.cc", "std::ofstream out(path);\n"),
    ("src/audit/log.cc", "std::filesystem::remove_all(directory_);\n"),
    ("src/audit/pruning.cc", "int x;\n"),
]

# Each must give none.
GOOD = [
    ("src/a/b.cc", FITTING_BODY),
    ("src/a/b.cc", "namespace a {\n" + FITTING_BODY * 3 + "}\n"),
    ("src/a/b.cc", "constexpr Row kRows[] = {\n" + "    {f(1), 2},\n" * 90 + "};\n"),
    ("src/a/b.cc", '// https://example.org/' + "x" * 100 + "\n"),
    ("src/a/b.cc", "co_await f(std::move(x), y, 3, g(z));\nauto a = b ? c : d;\n"),
    ("src/a/b.cc", "auto x = co_await Sleep{5};\nauto y = co_await f(rows[2]);\n"),
    ("src/a/b.cc", "switch (k) {\n    case Kind::null: return 1;\n    default: return 2;\n}\n"),
    ("src/a/b.cc", "switch (e) {\n    case Errc::gone: return 1;\n}\n"),
    ("src/a/b.cc", "std::snprintf(buffer, 3, format);\n"),
    ("src/app/main.cc", "std::cout << 1;\n"),
    ("src/a/b_test.cc", "std::cout << 1;\n"),
    ("src/keys/key_management_service.h", "class KeyManagementService;\n"),
    ("src/a/b.cc", '// co_await f({1}) and std::cout in a comment\nauto x = "KeyManager";\n'),
    ("src/a/b.cc", '// A PEM file begins with -----BEGIN PRIVATE' + " KEY-----.\n"),
    ("src/a/b.cc", "auto n = 1'000'000; char c = '{';\n" + FITTING_BODY),
    ("docs/a.md", "x" * 300 + "\n"),
    ("src/a/b_test.cc", "std::filesystem::remove_all(directory_);\n"),
    ("src/a/b.cc", "stack_.truncate(kept);\nlist.remove(x);\nbool const renamed = true;\n"),
    ("src/a/b.cc", "std::remove(begin, end, 1);\nvoid Stack::truncate(int size);\n"),
    ("src/app/serve.cc", "std::filesystem::remove(layout.address(), ignored);\n"),
    ("src/a/b.cc", 'auto x = R"json({\n' + "y" * 120 + '\n})json";\n'),
]


def run(check_file):
    problems = [f"not caught: {p}: {t[:60]!r}" for p, t in BAD if not list(check_file(p, t))]
    for path, text in GOOD:
        for line, what in check_file(path, text):
            problems.append(f"wrongly caught: {path}:{line}: {what}")
    return problems
