#include "factors/password.h"

#include <gtest/gtest.h>

#include "factors/password_record.h"

namespace salus::factors {
namespace {

// Cheap, so that a test takes no second.
constexpr PasswordCost kCheap{.scrypt = {.n = 16, .r = 1, .p = 1}, .pbkdf2_iterations = 100'000};

Result<PreparedPassword> prepared(std::string_view text) {
    return PreparedPassword::prepare(SecretBytes(bytes_of(text)));
}
std::string spelled(std::string_view text) {
    auto const password = prepared(text);
    return password ? std::string(text_of(password->secret().reveal())) : "refused";
}

class PasswordTest : public ::testing::Test {
protected:
    crypto::SystemRandom random_;
    PasswordHashing hashing_{kCheap};
};

TEST_F(PasswordTest, HasOneSpelling) {
    EXPECT_EQ(spelled("correct horse battery"), "correct horse battery");
    EXPECT_EQ(spelled(" Two  ends "), " Two  ends ");
    EXPECT_EQ(spelled("mu\xcc\x88nchen-1"), "m\xc3\xbcnchen-1") << "u and a diaeresis";
    EXPECT_EQ(spelled("\xef\xbc\xb0\xef\xbd\x81ssword"), "Password") << "full width";
    EXPECT_EQ(spelled("a\xc2\xa0non-break"), "a non-break");
    EXPECT_EQ(spelled("\xef\xac\x83-ligature"), "ffi-ligature");
    EXPECT_EQ(spelled("\xf0\x9f\x94\x91\xf0\x9f\x94\x91 key key"),
              "\xf0\x9f\x94\x91\xf0\x9f\x94\x91 key key");
}

TEST_F(PasswordTest, HasEightTo256Characters) {
    EXPECT_FALSE(prepared(""));
    EXPECT_FALSE(prepared("7777777"));
    EXPECT_TRUE(prepared("88888888"));
    EXPECT_TRUE(prepared(std::string(256, 'a')));
    EXPECT_FALSE(prepared(std::string(257, 'a')));
    std::string eight;
    for (int i = 0; i < 7; ++i) eight += "\xc3\xbc";
    EXPECT_FALSE(prepared(eight)) << "seven characters of two bytes";
    EXPECT_TRUE(prepared(eight + "\xc3\xbc"));
    std::string wide;
    for (int i = 0; i < 256; ++i) wide += "\xf0\x9f\x94\x91";
    EXPECT_TRUE(prepared(wide));
    EXPECT_FALSE(prepared(wide + "a"));
    // One character that is 18 in its one spelling (U+FDFA), so few may be too many.
    std::string growing;
    for (int i = 0; i < 15; ++i) growing += "\xef\xb7\xba";
    EXPECT_FALSE(prepared(growing));
}

TEST_F(PasswordTest, RefusesWhatIsNoText) {
    for (auto const* text :
         {"12345678\xff", "12345678\xc3", "\xed\xa0\x80 surrogate", "\xc0\xaf overlong",
          "tab\tulator", "line\nfeed1",
          "del\x7f"
          "ete12",
          "c1 control \xc2\x85", "unassigned \xf3\xa1\x80\x80", "\xcd\xb8 unassigned"}) {
        EXPECT_EQ(spelled(text), "refused");
    }
    EXPECT_EQ(spelled(std::string_view("nul\0inside", 10)), "refused");
}

TEST_F(PasswordTest, OpensItsRecordAndNoOther) {
    auto const password = prepared("correct horse battery").value();
    auto const record = hashing_.record_of(password, random_).value();
    EXPECT_EQ(record.substr(0, 21), "$scrypt$ln=4,r=1,p=1$");
    EXPECT_EQ(hashing_.verify(password, record).value(), PasswordHashing::Verdict::right);
    for (auto const* wrong :
         {"correct horse batterz", "Correct horse battery", "correct horse battery "}) {
        EXPECT_EQ(hashing_.verify(prepared(wrong).value(), record).value(),
                  PasswordHashing::Verdict::wrong);
    }
    EXPECT_NE(hashing_.record_of(password, random_).value(), record) << "no salt is used twice";
    EXPECT_EQ(hashing_.verify(password, hashing_.record_of_nobody(random_)).value(),
              PasswordHashing::Verdict::wrong);
}

// RFC 7914 section 12, the first 32 bytes of its second vector, in our record's form.
TEST_F(PasswordTest, TheRecordIsOfRfc7914) {
    PasswordRecord const record{.scheme = PasswordScheme::scrypt,
                                .cost = {.scrypt = {.n = 1024, .r = 8, .p = 16}},
                                .salt = from_hex("4e61436c").value(),
                                .hash = {}};
    auto const hash = record.compute(prepared("password").value()).value();
    EXPECT_EQ(to_hex(hash.reveal()),
              "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162");
}

TEST_F(PasswordTest, ALowerCostOrAnotherSchemeIsHashedAnew) {
    auto const password = prepared("correct horse battery").value();
    PasswordHashing const dearer({.scrypt = {.n = 32, .r = 1, .p = 1}});
    auto const record = hashing_.record_of(password, random_).value();
    EXPECT_EQ(dearer.verify(password, record).value(), PasswordHashing::Verdict::right_rehash);
    EXPECT_EQ(dearer.verify(prepared("another password").value(), record).value(),
              PasswordHashing::Verdict::wrong);
    auto const strong = dearer.record_of(password, random_).value();
    EXPECT_EQ(hashing_.verify(password, strong).value(), PasswordHashing::Verdict::right);
    // As a FIPS module makes them.
    PasswordRecord other{.scheme = PasswordScheme::pbkdf2_sha256,
                         .cost = kCheap,
                         .salt = Bytes(16, 0x5A),
                         .hash = {}};
    auto const hash = other.compute(password).value();
    other.hash.assign(hash.reveal().begin(), hash.reveal().end());
    EXPECT_EQ(other.to_text().substr(0, 24), "$pbkdf2-sha256$i=100000$");
    EXPECT_EQ(hashing_.verify(password, other.to_text()).value(),
              PasswordHashing::Verdict::right_rehash);
}

TEST_F(PasswordTest, TheCostIsOwaspsUnlessSaidOtherwise) {
    auto const record = PasswordRecord::parse(PasswordHashing().record_of_nobody(random_)).value();
    EXPECT_EQ(record.cost.scrypt.n, 131'072U);
    EXPECT_EQ(record.cost.scrypt.r, 8U);
    EXPECT_EQ(record.cost.scrypt.p, 1U);
    EXPECT_EQ(PasswordCost().pbkdf2_iterations, 600'000U);
    // N1: as dear as a real one, and of the same form.
    auto const password = prepared("correct horse battery").value();
    auto const nobody = PasswordRecord::parse(hashing_.record_of_nobody(random_)).value();
    auto const somebody =
        PasswordRecord::parse(hashing_.record_of(password, random_).value()).value();
    EXPECT_EQ(nobody.scheme, somebody.scheme);
    EXPECT_EQ(nobody.cost.scrypt.n, somebody.cost.scrypt.n);
    EXPECT_TRUE(PasswordHashing().verify(password, PasswordHashing().record_of_nobody(random_)))
        << "the memory that this cost takes is allowed";
}

TEST_F(PasswordTest, ARecordHasOneSpelling) {
    auto const good =
        hashing_.record_of(prepared("correct horse battery").value(), random_).value();
    ASSERT_TRUE(PasswordRecord::parse(good));
    EXPECT_EQ(PasswordRecord::parse(good)->to_text(), good);
    auto const changed = [&](std::string_view from, std::string_view to) {
        auto text = good;
        text.replace(text.find(from), from.size(), to);
        return PasswordRecord::parse(text).has_value();
    };
    EXPECT_FALSE(changed("ln=4", "ln=04"));
    EXPECT_FALSE(changed("ln=4", "ln=+4"));
    EXPECT_FALSE(changed("ln=4", "ln=99"));
    EXPECT_FALSE(changed("ln=4", "ln="));
    EXPECT_FALSE(changed("r=1,p=1", "p=1,r=1"));
    EXPECT_FALSE(changed("p=1", "p=1,q=1"));
    EXPECT_FALSE(changed("scrypt", "Scrypt"));
    EXPECT_FALSE(changed("$scrypt", "scrypt"));
    EXPECT_FALSE(PasswordRecord::parse(good + "="));
    EXPECT_FALSE(PasswordRecord::parse(good + "$"));
    EXPECT_FALSE(PasswordRecord::parse(good.substr(0, good.size() - 1)));
    EXPECT_EQ(PasswordRecord::parse("").error().code, Errc::corrupt);
    EXPECT_FALSE(PasswordRecord::parse(std::string(1000, '$')));
    // A cost that nobody may ask for.
    auto const password = prepared("correct horse battery").value();
    auto dear = good;
    dear.replace(dear.find("ln=4,r=1"), 8, "ln=24,r=32");
    EXPECT_FALSE(hashing_.verify(password, dear));
}

}  // namespace
}  // namespace salus::factors
