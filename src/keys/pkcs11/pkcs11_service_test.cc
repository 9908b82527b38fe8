#include "keys/pkcs11/pkcs11_service.h"

#include <array>
#include <dlfcn.h>
#include <gtest/gtest.h>

#include "keys/kms_suite.h"
#include "keys/pkcs11/token_for_test.h"

namespace salus::keys {
namespace {

using pkcs11::InitialisationVector;
using pkcs11::Pkcs11Service;
using pkcs11::Session;
using pkcs11::TokenForTest;

class Pkcs11Backend {
public:
    KeyManagementService& service() { return *service_; }
    void reopen() {
        service_ = nullptr;
        service_ = Pkcs11Service::open(token_.settings(), kRealm, random_).value();
    }

private:
    TokenForTest token_;
    crypto::SystemRandom random_;
    std::unique_ptr<Pkcs11Service> service_ =
        Pkcs11Service::open(token_.settings(), kRealm, random_).value();
};
INSTANTIATE_TYPED_TEST_SUITE_P(Pkcs11, KmsSuite, Pkcs11Backend);

class Pkcs11ServiceTest : public ::testing::Test {
protected:
    Result<std::unique_ptr<Pkcs11Service>> try_open(std::string realm = kRealm) {
        return Pkcs11Service::open(settings_, std::move(realm), random_);
    }
    std::unique_ptr<Pkcs11Service> open() {
        auto service = try_open();
        EXPECT_TRUE(service) << service.error().why.text();
        return *std::move(service);
    }
    Errc opening() {
        auto const service = try_open();
        EXPECT_FALSE(service) << "opened what must not open";
        return service ? Errc::internal : service.error().code;
    }
    // A session of the intruder's own, with the PIN.
    std::unique_ptr<Session> session() {
        return Session::open(settings_.module, settings_.token, secret_of("1234")).value();
    }
    static std::string label(std::uint32_t epoch = 1) {
        return std::string("salus/") + kRealm + "/clinic/" + std::to_string(epoch);
    }
    void hide_token() { std::filesystem::rename(token_.tokens(), hidden_); }
    void show_token() { std::filesystem::rename(hidden_, token_.tokens()); }

    TokenForTest token_;
    pkcs11::Settings settings_ = token_.settings();
    std::filesystem::path const hidden_ = token_.directory() / "hidden";
    crypto::SystemRandom random_;
    KekName const clinic_{.tenant = TenantName("clinic"), .epoch = 1};
    SecretBytes const key_ = crypto::random_secret(random_, kKeyBytes);
};

TEST_F(Pkcs11ServiceTest, TheKeyCannotBeReadOrMadeExtractable) {
    ASSERT_TRUE(open()->ensure(clinic_));
    auto const session = this->session();
    auto const kek = session->find(label()).value();
    ASSERT_TRUE(kek);
    std::array<std::uint8_t, 64> value{};
    CK_ATTRIBUTE read{CKA_VALUE, value.data(), value.size()};
    auto const& call = session->call();
    EXPECT_EQ(call.C_GetAttributeValue(session->handle(), kek->handle, &read, 1),
              CKR_ATTRIBUTE_SENSITIVE);
    CK_BBOOL yes = CK_TRUE;
    CK_BBOOL no = CK_FALSE;
    for (auto const type : {CKA_EXTRACTABLE, CKA_WRAP, CKA_UNWRAP, CKA_MODIFIABLE}) {
        CK_ATTRIBUTE change{type, &yes, sizeof(yes)};
        EXPECT_NE(call.C_SetAttributeValue(session->handle(), kek->handle, &change, 1), CKR_OK);
    }
    CK_ATTRIBUTE reveal{CKA_SENSITIVE, &no, sizeof(no)};
    EXPECT_NE(call.C_SetAttributeValue(session->handle(), kek->handle, &reveal, 1), CKR_OK);
    // It wraps nothing, itself included.
    CK_MECHANISM wrapping{CKM_AES_KEY_WRAP, nullptr, 0};
    CK_ULONG size = value.size();
    EXPECT_NE(
        call.C_WrapKey(session->handle(), &wrapping, kek->handle, kek->handle, value.data(), &size),
        CKR_OK);
}

// A key that somebody else put there under our label, whose value he knows.
TEST_F(Pkcs11ServiceTest, AForeignKeyUnderOurLabelIsRefused) {
    {
        auto const session = this->session();
        CK_OBJECT_CLASS object_class = CKO_SECRET_KEY;
        CK_KEY_TYPE type = CKK_AES;
        CK_BBOOL yes = CK_TRUE;
        std::array<std::uint8_t, 32> value{};
        auto name = label();
        std::array attributes{CK_ATTRIBUTE{CKA_CLASS, &object_class, sizeof(object_class)},
                              CK_ATTRIBUTE{CKA_KEY_TYPE, &type, sizeof(type)},
                              CK_ATTRIBUTE{CKA_TOKEN, &yes, sizeof(yes)},
                              CK_ATTRIBUTE{CKA_ENCRYPT, &yes, sizeof(yes)},
                              CK_ATTRIBUTE{CKA_DECRYPT, &yes, sizeof(yes)},
                              CK_ATTRIBUTE{CKA_LABEL, name.data(), name.size()},
                              CK_ATTRIBUTE{CKA_VALUE, value.data(), value.size()}};
        CK_OBJECT_HANDLE planted = 0;
        ASSERT_EQ(session->call().C_CreateObject(session->handle(), attributes.data(),
                                                 attributes.size(), &planted),
                  CKR_OK);
    }
    auto const service = open();
    EXPECT_EQ(service->ensure(clinic_).error().code, Errc::corrupt);
    EXPECT_EQ(service->wrap(clinic_, {}, key_).error().code, Errc::corrupt);
}

TEST_F(Pkcs11ServiceTest, TwoKeysOfOneNameAreRefused) {
    ASSERT_TRUE(open()->ensure(clinic_));
    ASSERT_TRUE(session()->generate(label(), KeyId()));
    EXPECT_EQ(open()->wrap(clinic_, {}, key_).error().code, Errc::corrupt);
}

TEST_F(Pkcs11ServiceTest, AnotherRealmHasOtherKeys) {
    auto service = open();
    ASSERT_TRUE(service->ensure(clinic_));
    auto const wrapped = service->wrap(clinic_, {}, key_).value();
    service = nullptr;
    auto const other = try_open("another-realm").value();
    EXPECT_EQ(other->unwrap(clinic_, {}, wrapped).error().code, Errc::not_found);
    ASSERT_TRUE(other->ensure(clinic_));
    EXPECT_EQ(other->unwrap(clinic_, {}, wrapped).error().code, Errc::corrupt);
}

TEST_F(Pkcs11ServiceTest, ATokenThatIsTakenAwayIsUnavailableAndComesBack) {
    auto const service = open();
    ASSERT_TRUE(service->ensure(clinic_));
    auto const wrapped = service->wrap(clinic_, {}, key_).value();
    hide_token();
    EXPECT_EQ(service->unwrap(clinic_, {}, wrapped).error().code, Errc::unavailable);
    EXPECT_EQ(service->wrap(clinic_, {}, key_).error().code, Errc::unavailable);
    EXPECT_EQ(service->ensure(clinic_).error().code, Errc::unavailable);
    EXPECT_EQ(service->ensure({.tenant = TenantName("new"), .epoch = 1}).error().code,
              Errc::unavailable);
    show_token();
    EXPECT_TRUE(service->unwrap(clinic_, {}, wrapped).value() == key_);
}

TEST_F(Pkcs11ServiceTest, ASessionThatWasClosedIsReplaced) {
    auto const service = open();
    ASSERT_TRUE(service->ensure(clinic_));
    auto const wrapped = service->wrap(clinic_, {}, key_).value();
    // The module is one for the process, so its sessions can be closed behind the service's back.
    auto* const library = ::dlopen(pkcs11::kSoftHsm, RTLD_NOW | RTLD_NOLOAD);
    ASSERT_NE(library, nullptr);
    auto const get = reinterpret_cast<CK_C_GetFunctionList>(::dlsym(library, "C_GetFunctionList"));
    CK_FUNCTION_LIST* call = nullptr;
    ASSERT_EQ(get(&call), CKR_OK);
    std::array<CK_SLOT_ID, 8> slots{};
    CK_ULONG count = slots.size();
    ASSERT_EQ(call->C_GetSlotList(CK_TRUE, slots.data(), &count), CKR_OK);
    for (std::size_t i = 0; i < count; ++i) call->C_CloseAllSessions(slots.at(i));
    EXPECT_TRUE(service->unwrap(clinic_, {}, wrapped).value() == key_);
    for (std::size_t i = 0; i < count; ++i) call->C_CloseAllSessions(slots.at(i));
    EXPECT_TRUE(service->wrap(clinic_, {}, key_));
    ::dlclose(library);
}

TEST_F(Pkcs11ServiceTest, WhatIsMissingIsSaid) {
    settings_.module = token_.directory() / "absent.so";
    EXPECT_EQ(opening(), Errc::not_found);
    settings_.module = "libc.so.6";  // a library, but no module
    EXPECT_EQ(opening(), Errc::not_found);
    settings_ = token_.settings();
    settings_.token = "another";
    EXPECT_EQ(opening(), Errc::unavailable);
    settings_ = token_.settings();
    settings_.pin.name = token_.directory() / "absent";
    EXPECT_EQ(opening(), Errc::not_found);
    settings_ = token_.settings();
    hide_token();
    EXPECT_EQ(opening(), Errc::unavailable);
    show_token();
    EXPECT_EQ(try_open("a/b").error().code, Errc::invalid);
    EXPECT_EQ(try_open("").error().code, Errc::invalid);
    EXPECT_TRUE(try_open());
}

TEST_F(Pkcs11ServiceTest, AWrongPinIsTriedOnceAndTheRightOneIsTakenUp) {
    auto const service = open();
    ASSERT_TRUE(service->ensure(clinic_));
    token_.write_pin("9999");
    EXPECT_EQ(opening(), Errc::conflict);  // the first service has the module
    hide_token();
    EXPECT_EQ(service->wrap(clinic_, {}, key_).error().code, Errc::unavailable);
    show_token();
    for (int i = 0; i < 20; ++i) {
        auto const refused = service->wrap(clinic_, {}, key_);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code, Errc::unavailable);
        EXPECT_NE(refused.error().why.text().find("PIN"), std::string_view::npos);
    }
    token_.write_pin("1234");
    EXPECT_TRUE(service->wrap(clinic_, {}, key_));
}

TEST_F(Pkcs11ServiceTest, AWrongPinAtTheStartIsUnauthenticated) {
    token_.write_pin("9999");
    EXPECT_EQ(opening(), Errc::unauthenticated);
    token_.write_pin("1");
    EXPECT_EQ(opening(), Errc::unauthenticated);
}

// SoftHSM leaves the vector to its caller; taken for a token that makes its own it is found out.
TEST_F(Pkcs11ServiceTest, AVectorThatNobodyMadeIsRefused) {
    settings_.vector = InitialisationVector::token;
    EXPECT_EQ(opening(), Errc::not_supported);
}

TEST_F(Pkcs11ServiceTest, TheEvidenceNamesTheTokenAndWhatWasTried) {
    auto const service = open();
    EXPECT_TRUE(service->may_block());
    ASSERT_TRUE(service->ensure(clinic_));
    ASSERT_TRUE(service->wrap(clinic_, {}, key_));
    auto const evidence = service->evidence();
    EXPECT_NE(evidence.find("SoftHSM"), std::string::npos) << evidence;
    EXPECT_NE(evidence.find("refuses other associated data"), std::string::npos) << evidence;
    EXPECT_NE(evidence.find("since the start: 1"), std::string::npos) << evidence;
    EXPECT_EQ(evidence.find("1234"), std::string::npos);
    hide_token();
    EXPECT_FALSE(service->wrap(clinic_, {}, key_));
    EXPECT_EQ(service->evidence().find("tried now"), std::string::npos);
    show_token();
}

}  // namespace
}  // namespace salus::keys
