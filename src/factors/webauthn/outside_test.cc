// libfido2's programs (Debian's fido2-tools), which share no code with this room, agree about what
// the tests' authenticator makes and about what is wrong with it.
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <unistd.h>

#include "factors/webauthn/fixture_for_test.h"

namespace salus::factors::webauthn::testing {
namespace {

struct Kind {
    SignatureAlgorithm algorithm;
    char const* name;  // as fido2-cred and fido2-assert say
};
constexpr std::array<Kind, 3> kKinds{{
    {SignatureAlgorithm::es256, "es256"},
    {SignatureAlgorithm::es384, "es384"},
    {SignatureAlgorithm::ed25519, "eddsa"},
}};

bool runs(std::string const& command) {
    return std::system(("{ " + command + "; } >/dev/null 2>&1").c_str()) == 0;
}

class OutsideTest : public WebauthnTest {
protected:
    void SetUp() override {
        std::string name = (std::filesystem::temp_directory_path() / "salus-fido2-XXXXXX").string();
        SALUS_CHECK(::mkdtemp(name.data()) != nullptr);
        folder_ = name;
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    static bool there() {
        if (runs("command -v fido2-cred && command -v fido2-assert")) return true;
        std::cout << "fido2-tools are absent: the outside oracle did not run\n";
        return false;
    }
    std::string write(char const* name, std::string const& text) {
        auto const path = folder_ / name;
        std::ofstream(path) << text;
        return path.string();
    }
    // The programs take authenticator data as a CBOR byte string.
    static std::string wrapped(Bytes const& data) {
        return to_base64(CborText().bytes(data).out());
    }
    static std::string hash_of(Answer const& answer) {
        return to_base64(crypto::sha256(answer.client_data));
    }
    // Self attestation, as fido2-cred(1) reads it.
    bool credential_holds(Answer const& answer, Bytes const& signature, char const* kind) {
        auto const input =
            write("credential", hash_of(answer) + "\nexample.org\npacked\n" +
                                    wrapped(answer.authenticator_data) + "\n" +
                                    to_base64(answer.id) + "\n" + to_base64(signature) + "\n");
        return runs("fido2-cred -V -i " + input + " " + kind);
    }
    // fido2-assert(1); both user presence and verification are demanded.
    bool assertion_holds(Answer const& answer, crypto::VerifyingKey const& key, char const* kind) {
        auto const pem = write("key", "-----BEGIN PUBLIC KEY-----\n" + to_base64(key.spki()) +
                                          "\n-----END PUBLIC KEY-----\n");
        auto const input = write("assertion", hash_of(answer) + "\nexample.org\n" +
                                                  wrapped(answer.authenticator_data) + "\n" +
                                                  to_base64(answer.signature) + "\n");
        return runs("fido2-assert -V -p -v -i " + input + " " + pem + " " + kind);
    }

    std::filesystem::path folder_;
};

TEST_F(OutsideTest, AgreesAboutRegistrations) {
    if (!there()) return;
    for (auto const& [algorithm, kind] : kKinds) {
        SoftAuthenticator const authenticator(algorithm);
        auto const ceremony = registering();
        auto started = begin(ceremony);
        auto answer = authenticator.create(started.options, "self");
        auto const object = AttestationObject::parse(answer.attestation_object).value();
        auto const* const statement = object.statement.member("sig");
        auto const view = statement->bytes().value();
        Bytes const signature(view.begin(), view.end());
        EXPECT_TRUE(credential_holds(answer, signature, kind)) << kind;
        EXPECT_TRUE(finish(ceremony, std::move(started.state), answer, now_));
        answer.client_data.back() ^= 1U;
        EXPECT_FALSE(credential_holds(answer, signature, kind)) << kind;
    }
}

TEST_F(OutsideTest, AgreesAboutAuthentications) {
    if (!there()) return;
    for (auto const& [algorithm, kind] : kKinds) {
        SoftAuthenticator authenticator(algorithm);
        auto const credential = register_with(authenticator).value();
        auto const key = authenticator.key().verifying_key();
        struct Case {
            Saying saying;
            bool good;
        };
        for (auto const& [saying, good] :
             {Case{{}, true}, Case{{.sign_count = 9}, true}, Case{{.flags = 0x01}, false},
              Case{{.flags = 0x04}, false}, Case{{.rp_id = "evil.test"}, false},
              Case{{.extensions = CborText().map(1).text("a").integer(1).out()}, true}}) {
            authenticator.saying = saying;
            auto started = ask_for(credential);
            auto answer = authenticator.get(started.options);
            EXPECT_EQ(assertion_holds(answer, key, kind), good) << kind;
            EXPECT_EQ(finish(authenticating(), std::move(started.state), answer, credential, now_)
                          .has_value(),
                      good)
                << kind;
            answer.signature.back() ^= 1U;
            EXPECT_FALSE(assertion_holds(answer, key, kind)) << kind;
        }
    }
}

}  // namespace
}  // namespace salus::factors::webauthn::testing
