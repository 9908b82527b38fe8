#include "keys/pkcs11/session.h"

#include <algorithm>
#include <array>

#include "keys/key_memory.h"

namespace salus::keys::pkcs11 {
namespace {

constexpr Literal kGone = "the PKCS#11 token is gone";

// PKCS#11 takes pointers to what it only reads.
template <class T>
CK_ATTRIBUTE attribute(CK_ATTRIBUTE_TYPE type, T& value) {
    return {type, &value, sizeof(value)};
}
unsigned char* bytes_for(BytesView bytes) {
    return const_cast<unsigned char*>(bytes.data());
}
CK_ATTRIBUTE attribute(CK_ATTRIBUTE_TYPE type, BytesView value) {
    return {type, bytes_for(value), value.size()};
}

// What a KEK may do and what may be done with it. The standard's own names.
struct KeyTemplate {
    CK_OBJECT_CLASS object_class = CKO_SECRET_KEY;
    CK_KEY_TYPE type = CKK_AES;
    CK_ULONG length = kKeyBytes;
    CK_BBOOL yes = CK_TRUE;
    CK_BBOOL no = CK_FALSE;
    CK_BBOOL on_token = CK_TRUE;

    [[nodiscard]] std::vector<CK_ATTRIBUTE> attributes() {
        return {attribute(CKA_CLASS, object_class),
                attribute(CKA_KEY_TYPE, type),
                attribute(CKA_VALUE_LEN, length),
                attribute(CKA_TOKEN, on_token),
                attribute(CKA_PRIVATE, yes),
                attribute(CKA_SENSITIVE, yes),
                attribute(CKA_EXTRACTABLE, no),
                attribute(CKA_MODIFIABLE, no),
                attribute(CKA_ENCRYPT, yes),
                attribute(CKA_DECRYPT, yes),
                attribute(CKA_WRAP, no),
                attribute(CKA_UNWRAP, no),
                attribute(CKA_SIGN, no),
                attribute(CKA_VERIFY, no),
                attribute(CKA_DERIVE, no)};
    }
};

struct Gcm {
    CK_GCM_PARAMS parameters{};
    CK_MECHANISM mechanism{};
    Gcm(std::span<std::uint8_t> iv, BytesView associated) {
        parameters.iv_ptr = iv.data();
        parameters.iv_len = iv.size();
        parameters.iv_bits = iv.size() * 8;
        parameters.aad_ptr = bytes_for(associated);
        parameters.aad_len = associated.size();
        parameters.tag_bits = kTagBytes * 8;
        mechanism = {CKM_AES_GCM, &parameters, sizeof(parameters)};
    }
    Gcm(Gcm const&) = delete;
    Gcm& operator=(Gcm const&) = delete;
};

}  // namespace

Result<std::unique_ptr<Session>> Session::open(std::filesystem::path const& library,
                                               std::string_view token_label,
                                               SecretBytes const& pin) {
    SALUS_TRY(auto module, Module::load(library));
    SALUS_TRY(auto const slot, module->slot_of(token_label));
    CK_SESSION_HANDLE handle = CK_INVALID_HANDLE;
    auto const opened = module->call().C_OpenSession(slot, CKF_SERIAL_SESSION | CKF_RW_SESSION,
                                                     nullptr, nullptr, &handle);
    if (opened != CKR_OK) return fail(Errc::unavailable, "the PKCS#11 token opens no session");
    std::unique_ptr<Session> session(new Session(std::move(module), slot, handle));
    SALUS_TRY_VOID(session->log_in(pin));
    return session;
}

Session::~Session() {
    call().C_CloseSession(handle_);
}

Result<void> Session::log_in(SecretBytes const& pin) const {
    auto const answer = call().C_Login(handle_, CKU_USER, bytes_for(pin.reveal()), pin.size());
    switch (answer) {
        case CKR_OK:
        case CKR_USER_ALREADY_LOGGED_IN: return {};
        case CKR_PIN_INCORRECT:
        case CKR_PIN_INVALID:
        case CKR_PIN_LEN_RANGE:
            return fail(Errc::unauthenticated, "the PKCS#11 token refuses the PIN");
        case CKR_PIN_LOCKED:
        case CKR_PIN_EXPIRED:
            return fail(Errc::unauthenticated, "the PKCS#11 token's PIN is locked or expired");
        default: return fail(Errc::unavailable, "the PKCS#11 token lets nobody log in");
    }
}

Result<std::optional<Session::Kek>> Session::find(std::string const& label) const {
    CK_OBJECT_CLASS object_class = CKO_SECRET_KEY;
    std::array wanted{attribute(CKA_CLASS, object_class), attribute(CKA_LABEL, bytes_of(label))};
    auto const begun = call().C_FindObjectsInit(handle_, wanted.data(), wanted.size());
    if (begun != CKR_OK) return fail(Errc::unavailable, kGone);
    std::array<CK_OBJECT_HANDLE, 2> found{};
    CK_ULONG count = 0;
    auto const answer = call().C_FindObjects(handle_, found.data(), found.size(), &count);
    call().C_FindObjectsFinal(handle_);
    if (answer != CKR_OK) return fail(Errc::unavailable, kGone);
    if (count == 0) return std::nullopt;
    if (count > 1) return fail(Errc::corrupt, "the token has two key-encryption keys of one name");
    SALUS_TRY_VOID(check_protected(found[0]));
    KeyId::Array id{};
    CK_ATTRIBUTE id_attribute{CKA_ID, id.data(), id.size()};
    if (call().C_GetAttributeValue(handle_, found[0], &id_attribute, 1) != CKR_OK ||
        id_attribute.ulValueLen != id.size()) {
        return fail(Errc::corrupt, "a key-encryption key in the token has a foreign id");
    }
    return Kek{.handle = found[0], .id = KeyId(id)};
}

// Whoever else may write to the token could have put a key of his own there under our label: such a
// key is not used. NEVER_EXTRACTABLE and LOCAL can be set by nobody but the token itself.
Result<void> Session::check_protected(CK_OBJECT_HANDLE key) const {
    std::array<CK_BBOOL, 9> flags{};
    CK_KEY_TYPE type = 0;
    CK_ULONG length = 0;
    std::array wanted{attribute(CKA_SENSITIVE, flags[0]),
                      attribute(CKA_ALWAYS_SENSITIVE, flags[1]),
                      attribute(CKA_NEVER_EXTRACTABLE, flags[2]),
                      attribute(CKA_LOCAL, flags[3]),
                      attribute(CKA_PRIVATE, flags[4]),
                      attribute(CKA_EXTRACTABLE, flags[5]),
                      attribute(CKA_MODIFIABLE, flags[6]),
                      attribute(CKA_WRAP, flags[7]),
                      attribute(CKA_UNWRAP, flags[8]),
                      attribute(CKA_KEY_TYPE, type),
                      attribute(CKA_VALUE_LEN, length)};
    auto const answer = call().C_GetAttributeValue(handle_, key, wanted.data(), wanted.size());
    if (says_gone(answer)) return fail(Errc::unavailable, kGone);
    constexpr auto kMustBeSet = 5;
    bool const protects =
        std::all_of(flags.begin(), flags.begin() + kMustBeSet, [](auto f) { return f != 0; }) &&
        std::all_of(flags.begin() + kMustBeSet, flags.end(), [](auto f) { return f == 0; });
    if (answer != CKR_OK || !protects || type != CKK_AES || length != kKeyBytes) {
        return fail(Errc::corrupt, "a key-encryption key in the token is not protected by it");
    }
    return {};
}

Result<void> Session::generate(std::string const& label, KeyId const& id) const {
    KeyTemplate key;
    auto attributes = key.attributes();
    attributes.push_back(attribute(CKA_LABEL, bytes_of(label)));
    attributes.push_back(attribute(CKA_ID, id.bytes()));
    SALUS_TRY_VOID(make_key(attributes));
    return {};
}

Result<CK_OBJECT_HANDLE> Session::make_key(std::span<CK_ATTRIBUTE> attributes) const {
    CK_MECHANISM mechanism{CKM_AES_KEY_GEN, nullptr, 0};
    CK_OBJECT_HANDLE made = CK_INVALID_HANDLE;
    auto const answer =
        call().C_GenerateKey(handle_, &mechanism, attributes.data(), attributes.size(), &made);
    if (says_gone(answer)) return fail(Errc::unavailable, kGone);
    if (answer != CKR_OK) {
        return fail(Errc::not_supported, "the PKCS#11 token makes no AES-256 key of this kind");
    }
    return made;
}

Result<void> Session::destroy(CK_OBJECT_HANDLE key) const {
    auto const answer = call().C_DestroyObject(handle_, key);
    if (says_gone(answer)) return fail(Errc::unavailable, kGone);
    if (answer != CKR_OK && answer != CKR_OBJECT_HANDLE_INVALID) {
        return fail(Errc::not_supported, "the PKCS#11 token does not destroy a key");
    }
    return {};
}

Result<Bytes> Session::encrypt(CK_OBJECT_HANDLE key, std::span<std::uint8_t> iv,
                               BytesView associated, BytesView plaintext) const {
    Gcm gcm(iv, associated);
    auto const begun = call().C_EncryptInit(handle_, &gcm.mechanism, key);
    if (says_gone(begun)) return fail(Errc::unavailable, kGone);
    if (begun != CKR_OK) return fail(Errc::not_supported, "the PKCS#11 token refuses CKM_AES_GCM");
    Bytes ciphertext(plaintext.size() + kTagBytes);
    CK_ULONG size = ciphertext.size();
    auto const answer =
        call().C_Encrypt(handle_, bytes_for(plaintext), plaintext.size(), ciphertext.data(), &size);
    if (answer != CKR_OK) return fail(Errc::unavailable, "the PKCS#11 token does not encrypt");
    if (size != ciphertext.size()) {
        return fail(Errc::not_supported, "the PKCS#11 token's CKM_AES_GCM has another form");
    }
    return ciphertext;
}

Result<SecretBytes> Session::decrypt(CK_OBJECT_HANDLE key, BytesView iv, BytesView associated,
                                     BytesView ciphertext) const {
    if (ciphertext.size() < kTagBytes) return fail(Errc::corrupt, "a wrapped key is cut off");
    Bytes vector(iv.begin(), iv.end());
    Gcm gcm(vector, associated);
    auto const begun = call().C_DecryptInit(handle_, &gcm.mechanism, key);
    if (says_gone(begun)) return fail(Errc::unavailable, kGone);
    if (begun != CKR_OK) return fail(Errc::not_supported, "the PKCS#11 token refuses CKM_AES_GCM");
    // Some tokens want room for the tag too before they look at it.
    SecretBytes plaintext(ciphertext.size());
    CK_ULONG size = plaintext.size();
    auto const answer = call().C_Decrypt(handle_, bytes_for(ciphertext), ciphertext.size(),
                                         plaintext.mutable_bytes().data(), &size);
    if (says_gone(answer)) return fail(Errc::unavailable, kGone);
    if (answer != CKR_OK || size != ciphertext.size() - kTagBytes) {
        return fail(Errc::corrupt, "the PKCS#11 token does not open a wrapped key");
    }
    return SecretBytes(plaintext.reveal().first(size));
}

Result<void> Session::try_mechanism(InitialisationVector vector) const {
    KeyTemplate key{.on_token = CK_FALSE};
    auto attributes = key.attributes();
    SALUS_TRY(auto const made, make_key(attributes));
    auto tried = try_mechanism_with(made, vector);
    call().C_DestroyObject(handle_, made);
    return tried;
}

Result<void> Session::try_mechanism_with(CK_OBJECT_HANDLE key, InitialisationVector vector) const {
    static constexpr std::array<std::uint8_t, kKeyBytes> kSample{};
    std::array<std::uint8_t, kIvBytes> iv{};
    bool const ours = vector == InitialisationVector::caller;
    if (ours) iv.fill(1);  // the key dies with this probe
    SALUS_TRY(auto const ciphertext, encrypt(key, iv, bytes_of("probe"), kSample));
    bool const is_zero = std::ranges::all_of(iv, [](auto byte) { return byte == 0; });
    if (is_zero) {
        return fail(Errc::not_supported,
                    "the PKCS#11 token makes no initialisation vector: set gcm_iv to caller");
    }
    if (ours && !std::ranges::all_of(iv, [](auto byte) { return byte == 1; })) {
        return fail(Errc::not_supported,
                    "the PKCS#11 token makes the initialisation vector: set gcm_iv to token");
    }
    SALUS_TRY(auto const opened, decrypt(key, iv, bytes_of("probe"), ciphertext));
    auto forged = ciphertext;
    forged.back() ^= 1U;
    bool const binds = decrypt(key, iv, bytes_of("other"), ciphertext).has_value();
    bool const forges = decrypt(key, iv, bytes_of("probe"), forged).has_value();
    if (!equal_constant_time(opened.reveal(), kSample) || binds || forges) {
        return fail(Errc::not_supported, "the PKCS#11 token's CKM_AES_GCM does not authenticate");
    }
    return {};
}

std::string Session::token_facts() const {
    CK_TOKEN_INFO token{};
    if (call().C_GetTokenInfo(slot_, &token) != CKR_OK) return "a token that does not answer";
    std::string facts(unpadded(token.manufacturerID));
    facts.append(" ").append(unpadded(token.model));
    facts.append(", firmware ").append(std::to_string(token.firmwareVersion.major));
    return facts.append(".").append(std::to_string(token.firmwareVersion.minor));
}

}  // namespace salus::keys::pkcs11
