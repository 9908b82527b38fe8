#include "keys/pkcs11/module.h"

#include <dlfcn.h>

namespace salus::keys::pkcs11 {
namespace {

constexpr CK_ULONG kSlotsMax = 1'024;  // an HSM with partitions has some dozens

CK_FUNCTION_LIST* function_list(void* library) {
    auto* const symbol = ::dlsym(library, "C_GetFunctionList");
    if (symbol == nullptr) return nullptr;
    auto const get = reinterpret_cast<CK_C_GetFunctionList>(symbol);
    CK_FUNCTION_LIST* functions = nullptr;
    return get(&functions) == CKR_OK ? functions : nullptr;
}

}  // namespace

Result<std::unique_ptr<Module>> Module::load(std::filesystem::path const& library) {
    // RTLD_LOCAL: a module's own copy of a library must not stand in for ours.
    auto* const handle = ::dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (handle == nullptr) {
        return fail(Errc::not_found, "the PKCS#11 module cannot be loaded: see keys.pkcs11.module");
    }
    auto* const functions = function_list(handle);
    if (functions == nullptr) {
        return fail(Errc::not_found, "the library of keys.pkcs11.module is no PKCS#11 module");
    }
    CK_C_INITIALIZE_ARGS arguments{};
    arguments.flags = CKF_OS_LOCKING_OK;
    auto const answer = functions->C_Initialize(&arguments);
    if (answer == CKR_CRYPTOKI_ALREADY_INITIALIZED) {
        return fail(Errc::conflict, "the PKCS#11 module is in use by this process");
    }
    if (answer != CKR_OK) return fail(Errc::unavailable, "the PKCS#11 module does not start");
    return std::unique_ptr<Module>(new Module(functions));
}

Module::~Module() {
    functions_->C_Finalize(nullptr);
}

Result<std::vector<CK_SLOT_ID>> Module::slots() const {
    constexpr Literal kWhy = "the PKCS#11 module does not tell its slots";
    CK_ULONG count = 0;
    if (call().C_GetSlotList(CK_TRUE, nullptr, &count) != CKR_OK) {
        return fail(Errc::unavailable, kWhy);
    }
    if (count > kSlotsMax) return fail(Errc::too_large, "the PKCS#11 module has too many slots");
    std::vector<CK_SLOT_ID> slots(count);
    if (call().C_GetSlotList(CK_TRUE, slots.data(), &count) != CKR_OK) {
        return fail(Errc::unavailable, kWhy);
    }
    slots.resize(count);
    return slots;
}

Result<CK_SLOT_ID> Module::slot_of(std::string_view token_label) const {
    SALUS_TRY(auto const candidates, slots());
    std::optional<CK_SLOT_ID> found;
    for (auto const slot : candidates) {
        CK_TOKEN_INFO token{};
        if (call().C_GetTokenInfo(slot, &token) != CKR_OK) continue;
        if ((token.flags & CKF_TOKEN_INITIALIZED) == 0) continue;
        if (unpadded(token.label) != token_label) continue;
        if (found) return fail(Errc::conflict, "two PKCS#11 tokens have this label");
        found = slot;
    }
    if (!found) return fail(Errc::unavailable, "no PKCS#11 token has this label: is it there?");
    return *found;
}

std::string_view unpadded(BytesView field) noexcept {
    auto text = text_of(field);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\0')) text.remove_suffix(1);
    return text;
}

bool says_gone(CK_RV answer) noexcept {
    switch (answer) {
        case CKR_SESSION_HANDLE_INVALID:
        case CKR_SESSION_CLOSED:
        case CKR_DEVICE_ERROR:
        case CKR_DEVICE_MEMORY:
        case CKR_DEVICE_REMOVED:
        case CKR_TOKEN_NOT_PRESENT:
        case CKR_TOKEN_NOT_RECOGNIZED:
        case CKR_USER_NOT_LOGGED_IN:
        case CKR_CRYPTOKI_NOT_INITIALIZED:
        case CKR_HOST_MEMORY: return true;
        default: return false;
    }
}

}  // namespace salus::keys::pkcs11
