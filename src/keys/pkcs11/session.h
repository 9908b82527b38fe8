// A session with a token, logged in as its user, and what Salus does in it: make a key-encryption
// key (KEK) that can never leave the token, find it, encrypt and decrypt with it.
//
// CKM_AES_GCM with associated data (PKCS#11 v2.40 section 2.12.3). CKM_AES_KEY_WRAP and its
// relatives bind no context, and a key that may wrap and decrypt gives away what it wrapped
// (Clulow 2003), so the KEK may do neither.
//
// Errors: Errc::unavailable when session, device or token is gone: the session is dead and another
// must be opened. Thread safety: one thread at a time.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>

#include "foundation/secret.h"
#include "keys/pkcs11/module.h"
#include "keys/wrapped_key.h"

namespace salus::keys::pkcs11 {

// Who makes the initialisation vector: Salus, or the token, which writes it over ours (AWS CloudHSM
// always, Luna in FIPS mode).
enum class InitialisationVector { caller, token };

inline constexpr std::size_t kIvBytes = 12;
inline constexpr std::size_t kTagBytes = 16;
// Under one key, with random vectors of 96 bits. NIST SP 800-38D section 8.3 allows 2^32.
inline constexpr std::uint64_t kEncryptionsMax = std::uint64_t{1} << 31U;

class Session {
public:
    struct Kek {
        CK_OBJECT_HANDLE handle = CK_INVALID_HANDLE;
        KeyId id;  // CKA_ID
    };

    // Loads the module and logs in. Beside Module's errors: Errc::unauthenticated when the token
    // refuses the PIN. The module lives and dies with the session.
    static Result<std::unique_ptr<Session>> open(std::filesystem::path const& library,
                                                 std::string_view token_label,
                                                 SecretBytes const& pin);
    ~Session();
    Session(Session const&) = delete;
    Session& operator=(Session const&) = delete;

    // The KEK with this label; nothing when the token has none. Errc::corrupt when it has several,
    // or one that was not made in the token or could be read, copied out or changed.
    [[nodiscard]] Result<std::optional<Kek>> find(std::string const& label) const;
    // Makes it. Errc::not_supported when the token cannot make such a key.
    [[nodiscard]] Result<void> generate(std::string const& label, KeyId const& id) const;

    // Destroys the object, for ever (C_DestroyObject). Errc::not_supported when the token refuses.
    [[nodiscard]] Result<void> destroy(CK_OBJECT_HANDLE key) const;

    // Ciphertext and tag. `iv` is read or written: see InitialisationVector.
    [[nodiscard]] Result<Bytes> encrypt(CK_OBJECT_HANDLE key, std::span<std::uint8_t> iv,
                                        BytesView associated, BytesView plaintext) const;
    // Errc::corrupt for every refusal that does not say that the token is gone: SoftHSM answers a
    // wrong tag with CKR_GENERAL_ERROR, others with CKR_ENCRYPTED_DATA_INVALID.
    [[nodiscard]] Result<SecretBytes> decrypt(CK_OBJECT_HANDLE key, BytesView iv,
                                              BytesView associated, BytesView ciphertext) const;
    // Tries the mechanism with a key of this session alone: what was encrypted opens, and does not
    // open with other associated data or another tag. Errc::not_supported otherwise.
    [[nodiscard]] Result<void> try_mechanism(InitialisationVector vector) const;
    // Maker, model and firmware, as the token states them.
    [[nodiscard]] std::string token_facts() const;
    [[nodiscard]] CK_FUNCTION_LIST const& call() const noexcept { return module_->call(); }
    [[nodiscard]] CK_SESSION_HANDLE handle() const noexcept { return handle_; }

private:
    Session(std::unique_ptr<Module> module, CK_SLOT_ID slot, CK_SESSION_HANDLE handle)
        : module_(std::move(module)), slot_(slot), handle_(handle) {}
    [[nodiscard]] Result<void> log_in(SecretBytes const& pin) const;
    [[nodiscard]] Result<void> check_protected(CK_OBJECT_HANDLE key) const;
    [[nodiscard]] Result<CK_OBJECT_HANDLE> make_key(std::span<CK_ATTRIBUTE> attributes) const;
    [[nodiscard]] Result<void> try_mechanism_with(CK_OBJECT_HANDLE key,
                                                  InitialisationVector vector) const;

    std::unique_ptr<Module> module_;
    CK_SLOT_ID slot_;
    CK_SESSION_HANDLE handle_;
};

}  // namespace salus::keys::pkcs11
