// A SoftHSM2 token in a directory of its own, for tests. Nothing forks, as the rule demands: the
// token is made through the module itself. SOFTHSM2_CONF is read by each C_Initialize.
#pragma once

#include <cstdlib>
#include <fstream>

#include "keys/keys_for_test.h"
#include "keys/pkcs11/pkcs11_service.h"

namespace salus::keys::pkcs11 {

inline constexpr char const* kSoftHsm = "/usr/lib/softhsm/libsofthsm2.so";
inline constexpr char const* kTokenLabel = "salus-test";

class TokenForTest {
public:
    TokenForTest() {
        std::filesystem::create_directory(tokens());
        std::ofstream(directory_.path() / "softhsm2.conf")
            << "directories.tokendir = " << tokens().string()
            << "\nobjectstore.backend = file\nlog.level = ERROR\n";
        use();
        write_pin("1234");
        make_token();
    }
    [[nodiscard]] std::filesystem::path tokens() const { return directory_.path() / "tokens"; }
    [[nodiscard]] std::filesystem::path directory() const { return directory_.path(); }
    // As an operator's file: mode 0600.
    void write_pin(std::string_view pin) const {
        SALUS_CHECK(write_file_durably(directory_.path() / "pin", bytes_of(pin),
                                       FileAccess::private_to_owner)
                        .has_value());
    }
    void use() const {
        // Tests set it while they have one thread.
        ::setenv("SOFTHSM2_CONF", (directory_.path() / "softhsm2.conf").c_str(), 1);
    }
    [[nodiscard]] Settings settings() const {
        return {.module = kSoftHsm,
                .token = kTokenLabel,
                .pin = {.source = SecretReference::Source::file, .name = directory_.path() / "pin"},
                .vector = InitialisationVector::caller};
    }

private:
    static unsigned char* text(std::string& value) {
        return reinterpret_cast<unsigned char*>(value.data());
    }
    static void make_token() {
        auto const module = Module::load(kSoftHsm);
        SALUS_CHECK(module.has_value());  // Debian's softhsm2: tools/install --test
        auto const& call = (*module)->call();
        auto const slot = (*module)->slots().value().front();
        std::string officer = "5678";
        std::string user = "1234";
        std::string label = kTokenLabel;
        label.resize(32, ' ');
        SALUS_CHECK(call.C_InitToken(slot, text(officer), officer.size(), text(label)) == CKR_OK);
        auto const ready = (*module)->slot_of(kTokenLabel).value();
        CK_SESSION_HANDLE session = 0;
        SALUS_CHECK(call.C_OpenSession(ready, CKF_SERIAL_SESSION | CKF_RW_SESSION, nullptr, nullptr,
                                       &session) == CKR_OK);
        SALUS_CHECK(call.C_Login(session, CKU_SO, text(officer), officer.size()) == CKR_OK);
        SALUS_CHECK(call.C_InitPIN(session, text(user), user.size()) == CKR_OK);
        call.C_CloseSession(session);
    }

    TemporaryDirectory directory_;
};

}  // namespace salus::keys::pkcs11
