// Each case is a process of its own: a module is chosen once in a process's life.
#include "crypto/module.h"

#include <cstdlib>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crypto/certificate.h"
#include "crypto/hmac.h"
#include "crypto/module_for_test.h"
#include "crypto/openssl.h"
#include "crypto/password.h"
#include "crypto/sealed.h"
#include "crypto/sha1.h"
#include "crypto/signature.h"
#include "crypto/tls.h"
#include "foundation/file.h"

namespace salus::crypto {
namespace {

using testing::line_of;
using testing::made;
using testing::pin_of;
using testing::there;

constexpr std::size_t kModuleBytes = std::size_t{64} * 1024 * 1024;

// Runs one of the cases below in a new process. True when it passed.
bool passes(std::string const& name) {
    return testing::passes_alone("ModuleProcess.DISABLED_" + name);
}

TEST(ModuleTest, ServesEverythingFromTheModule) {
    if (there()) EXPECT_TRUE(passes("Serves"));
}
TEST(ModuleTest, HasNothingThatIsNotApproved) {
    if (there()) EXPECT_TRUE(passes("HasNothingElse"));
}
TEST(ModuleTest, GivesTheSameResultsAsTheDefaultProvider) {
    if (there()) EXPECT_TRUE(passes("SameResults"));
}
TEST(ModuleTest, RefusesAnotherModuleThanThePinnedOne) {
    if (there()) EXPECT_TRUE(passes("RefusesWrongPins"));
}
TEST(ModuleTest, RefusesATamperedModuleEvenIfItIsPinned) {
    if (there()) EXPECT_TRUE(passes("RefusesTampered"));
}
TEST(ModuleTest, RefusesAnotherNameOrVersion) {
    if (!there()) return;
    EXPECT_TRUE(passes("RefusesName"));
    EXPECT_TRUE(passes("RefusesVersion"));
}
TEST(ModuleTest, RefusesToComeTooLate) {
    if (there()) EXPECT_TRUE(passes("RefusesTooLate"));
}
TEST(ModuleTest, AnAbsentModuleIsNotFound) {
    ModulePin const pin{.module = "/nowhere/fips.so",
                        .configuration = "/nowhere/fipsmodule.cnf",
                        .name = {},
                        .version = {}};
    EXPECT_EQ(check_module_file(pin).error().code, Errc::not_found);
    EXPECT_FALSE(approved_only());
}
TEST(ModuleTest, PathsThatOpensslWouldReadOtherwiseAreRefused) {
    for (auto const* path : {"fips.so", "/a b/fips.so", "/a\nactivate=0", "/a$x", "/a#b", ""}) {
        ModulePin const pin{.module = path, .configuration = "/x", .name = {}, .version = {}};
        EXPECT_EQ(check_module_file(pin).error().code, Errc::invalid) << path;
    }
}

TEST(ModuleProcess, DISABLED_Serves) {
    ASSERT_TRUE(use_fips_module(pin_of(made())));
    ASSERT_TRUE(use_fips_module(pin_of(made())));  // again: nothing
    EXPECT_TRUE(approved_only());
    EXPECT_TRUE(module_facts().running);
    EXPECT_EQ(module_facts().name, "OpenSSL FIPS Provider");
    SystemRandom random;
    Sealer sealer(random);
    auto const key = random_secret(random, 32);
    Context context;
    context.add(Context::Part::tenant, "t");
    auto const sealed = sealer.seal(key, 1, context, bytes_of("text"));
    EXPECT_EQ(sealer.open(key, context, sealed).value(), "text");
    auto const signer = SigningKey::generate(SignatureAlgorithm::es256);
    auto const signature = signer.sign(bytes_of("m"));
    EXPECT_TRUE(signer.verifying_key().verify(SignatureAlgorithm::es256, bytes_of("m"), signature));
    EXPECT_TRUE(SigningKey::from_pkcs8(signer.to_pkcs8()));
    EXPECT_TRUE(
        pbkdf2(SecretBytes(bytes_of("a passphrase of some length")), Bytes(32), 100'000, 32));
    EXPECT_TRUE(
        pbkdf2(SecretBytes(bytes_of("eight ch")), Bytes(16), 100'000, 32, Pbkdf2Hash::sha256));
    auto const now = SystemClock().now();
    auto const authority = make_certificate_authority("a", now, std::chrono::days(2));
    ASSERT_TRUE(authority);
    auto const issued =
        issue_server_certificate(*authority, {"localhost"}, now, std::chrono::days(1));
    ASSERT_TRUE(issued);
    EXPECT_TRUE(TlsServerContext::make(issued->chain_pem, issued->key_pem.reveal()));
}

TEST(ModuleProcess, DISABLED_HasNothingElse) {
    ASSERT_TRUE(use_fips_module(pin_of(made())));
    for (auto const* name : {"MD5", "RIPEMD160", "BLAKE2B-512", "SM3"}) {
        EXPECT_EQ(EVP_MD_fetch(nullptr, name, nullptr), nullptr) << name;
    }
    for (auto const* name : {"ChaCha20-Poly1305", "AES-256-SIV", "CAMELLIA-256-CBC"}) {
        EXPECT_EQ(EVP_CIPHER_fetch(nullptr, name, nullptr), nullptr) << name;
    }
    EXPECT_FALSE(
        scrypt(SecretBytes(bytes_of("passphrase")), Bytes(32), {.n = 16, .r = 1, .p = 1}, 32));
}

// Known answers: RFC 4231 test case 2, FIPS 180-4 "abc".
TEST(ModuleProcess, DISABLED_SameResults) {
    ASSERT_TRUE(use_fips_module(pin_of(made())));
    EXPECT_EQ(to_hex(sha256(bytes_of("abc"))),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(to_hex(hmac_sha256(bytes_of("Jefe"),
                                 {bytes_of("what do ya want "), bytes_of("for nothing?")})),
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    EXPECT_EQ(to_hex(hmac_sha512(bytes_of("Jefe"), {bytes_of("what do ya want for nothing?")}))
                  .substr(0, 32),
              "164b7a7bfcf819e2e395fbe73b56e0a3");
    EXPECT_EQ(to_hex(sha1(bytes_of("abc"))), "a9993e364706816aba3e25717850c26c9cd0d89d");
    EXPECT_EQ(to_hex(hmac_sha1(Bytes(20, 0x0B), bytes_of("Hi There"))),
              "b617318655057264e28bc0b6fb378c8ef146be00");
    HmacSha256 const keyed(SecretBytes(bytes_of("Jefe")));
    auto const once = keyed.of({bytes_of("message")});
    EXPECT_EQ(keyed.of({bytes_of("mess"), bytes_of("age")}), once);
}

TEST(ModuleProcess, DISABLED_RefusesWrongPins) {
    auto pin = pin_of(made());
    pin.sha256[0] ^= 1U;
    EXPECT_EQ(use_fips_module(pin).error().code, Errc::corrupt);
    pin = pin_of(made());
    pin.module = made() / "absent.so";
    EXPECT_EQ(use_fips_module(pin).error().code, Errc::not_found);
    pin = pin_of(made());
    pin.configuration = made() / "absent.cnf";
    EXPECT_EQ(use_fips_module(pin).error().code, Errc::not_found);
    EXPECT_FALSE(approved_only());
    EXPECT_TRUE(use_fips_module(pin_of(made())));  // none of these did harm
}

// The pin is that of the changed file, so that the module's own integrity test has to find it.
TEST(ModuleProcess, DISABLED_RefusesTampered) {
    auto name = (std::filesystem::temp_directory_path() / "salus_fips_XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    std::filesystem::path const directory = name;
    auto module = *read_file(made() / "fips.so", kModuleBytes);
    // In a text of the module, so that it still loads: a byte of code could end the process.
    std::string_view const text = "OpenSSL FIPS Provider";
    auto const at = text_of(module).find(text);
    ASSERT_NE(at, std::string_view::npos);
    module[at] ^= 1U;
    ASSERT_TRUE(write_file_durably(directory / "fips.so", module, FileAccess::private_to_owner));
    std::filesystem::copy_file(made() / "fipsmodule.cnf", directory / "fipsmodule.cnf");
    auto pin = pin_of(directory);
    EXPECT_EQ(check_module_file(pin).error().code, Errc::corrupt);
    // By the program of the system: this process must not use cryptography before.
    auto const command =
        "sha256sum " + (directory / "fips.so").string() + " > " + (directory / "sha256").string();
    ASSERT_EQ(std::system(command.c_str()), 0);
    auto const sum = from_hex(line_of(directory / "sha256").substr(0, 64)).value();
    std::ranges::copy(sum, pin.sha256.begin());
    ASSERT_TRUE(check_module_file(pin));
    EXPECT_EQ(use_fips_module(pin).error().code, Errc::corrupt);
    std::filesystem::remove_all(directory);
}

TEST(ModuleProcess, DISABLED_RefusesName) {
    auto pin = pin_of(made());
    pin.name = "Another Provider";
    EXPECT_EQ(use_fips_module(pin).error().code, Errc::corrupt);
}
TEST(ModuleProcess, DISABLED_RefusesVersion) {
    auto pin = pin_of(made());
    pin.version = "3.1.2";
    EXPECT_EQ(use_fips_module(pin).error().code, Errc::corrupt);
}
TEST(ModuleProcess, DISABLED_RefusesTooLate) {
    EXPECT_NE(sha256(bytes_of("used")), Sha256Digest{});
    EXPECT_EQ(use_fips_module(pin_of(made())).error().code, Errc::internal);
}

}  // namespace
}  // namespace salus::crypto
