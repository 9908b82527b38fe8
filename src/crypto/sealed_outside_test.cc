// A record sealed here is opened by tests/outside/open_sealed_record.py, which shares no code with
// this room.
#include <array>
#include <cstdio>
#include <gtest/gtest.h>
#include <iostream>

#include "crypto/sealed.h"

namespace salus::crypto {
namespace {

struct Ran {
    int status = -1;
    std::string output;
};

Ran run(std::string const& command) {
    Ran ran;
    auto* const pipe = popen(command.c_str(), "r");
    if (pipe == nullptr) return ran;
    std::array<char, 4096> buffer;
    while (auto const count = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
        ran.output.append(buffer.data(), count);
    }
    ran.status = pclose(pipe);
    return ran;
}

std::string script() {
    return "python3 " SALUS_SOURCE_DIR "/tests/outside/open_sealed_record.py ";
}

TEST(SealedOutside, PythonOpensWhatWeSeal) {
    if (run("python3 -c 'import cryptography' 2>/dev/null").status != 0) {
        std::cout << "python3-cryptography is absent: the outside verifier did not run\n";
        return;
    }
    EXPECT_EQ(run(script() + "--self-test").status, 0);
    SystemRandom random;
    Sealer sealer(random);
    auto const key = random_secret(random, 32);
    Context context;
    context.add(Context::Part::tenant, "clinic").add(Context::Part::version, std::uint64_t{3});
    // The largest argument of a command is 128 KiB: two chunks in hex fit.
    for (auto const size : {0U, 21U, 16384U, 20000U}) {
        auto const plaintext = std::string(size, 'p');
        auto const sealed = sealer.seal(key, 9, context, bytes_of(plaintext));
        auto const arguments = to_hex(key.reveal()) + " " + to_hex(context.bytes()) + " ";
        auto const good = run(script() + arguments + to_hex(sealed.bytes()));
        EXPECT_EQ(good.status, 0);
        EXPECT_TRUE(good.output == plaintext) << size;
        Bytes bad(sealed.bytes().begin(), sealed.bytes().end());
        bad.back() ^= 1;
        auto const refused = run(script() + arguments + to_hex(bad));
        EXPECT_NE(refused.status, 0);
        EXPECT_EQ(refused.output, "");
    }
}

}  // namespace
}  // namespace salus::crypto
