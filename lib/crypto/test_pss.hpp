// One RSA key and what it signed, made by another program (pyca/cryptography).
#pragma once

namespace mpk::crypto::test {

inline constexpr const char* kPssKey =
    "-----BEGIN PUBLIC KEY-----\n"
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAoe4QnI6cKaVy9otJZYjD\n"
    "7hiA5Ycu/7ajqMTkF2HVztrOcfGnQ90t1JfkFxL0lNqtbGmZ2gOfCORM16uhpG9P\n"
    "mk+VQFqSb0fezLqX0XHHH63d2828n0LwSeqn7u6bb7yc9B4P9kBaEuc55XJvb7KE\n"
    "xxlSPa2Ou2bu/MeHMKrmlqQvjLNPiebtsUmNO1e+d4vASyzlZ3uiZwCyPoJsPv6A\n"
    "9HH1WMRtZUPQVFa/x+qReMSMPlxCKINVzewPudzOQ+/2o/NFtSEj/dnjIVcx5YiI\n"
    "qH6MExJNrtdWljmoFezkP/4TEtm3simQqDdT5gN2m15pXT81MlEr7DWAmNEtQorC\n"
    "KQIDAQAB\n"
    "-----END PUBLIC KEY-----\n";
// Of "mpk", SHA-256: with a salt of 32 bytes, with the longest, and PKCS#1 v1.5.
inline constexpr const char* kPssSalt32 =
    "2cc17ae13e3a02f778b6b76624a1cf4de11a99257f151ae05330e8c85e581a5da08cec104c18476b30d6cfe1"
    "fdaffacca18b1ddea63f8a9dc64af5e8ae95bc7c10e8110d505093d60a8b59938425be19df26d8040bb1fda6"
    "8ea41df0a04baa1218fe934907da09afa98be74634bdddbf186ec3da64ca9a86d35b612c62ef70fe24811d0f"
    "b397732d59239f04c59e8814979a5a329eb648fb39c2d37b4737edd57a8e445c53ff1f03b117132560b09774"
    "6ae24dea0fa62d1f47792c0730e5a41d154a11adad3f20244cc90e7cf942752926f7e016e31cf2eaf7adca88"
    "f2c856df29e897bc3e192348f4ae232061e5bea216db0655140d0e6a50a09a8f7eeda386";
inline constexpr const char* kPssSalt222 =
    "93760e905b68d5e0aefb82b80b40790024481cf7493f671ea9f550d92af545e1fe7429039e8109d330932e40"
    "ef0e01e3432b3c6f7cf598460032cd5e6ac5f838ffbfc46029e173a8776c4b5d05fd3d45b05811a1de1e34fd"
    "4381643ac357083a31c2c343a08e00eb90324231009b561fdbc9553448a85d297a449f0eb638a6f9ef12a196"
    "ae6cfda80b4f42b368789af65cc0045d3ac9799a3eb348490a69d11c7f9d7e94bf6e785c0cb2c599ea2919cf"
    "d7d5ab30586496250fc9f03e6084674c51db8d3035871de79e2635d3701d45e87be7e3a2a94e486151dc854d"
    "24cecd0c440e8dc93c9861e6c67b8f77a83f984d44376171fed7538017fd4eb193b529cf";
inline constexpr const char* kPkcs1Signature =
    "2aa418fd4bc61338309fa0bad8039d98205d67aeb736fe0ec19eb6f5b5099d4b92d8096932ca0cdac0ac2285"
    "25587b1c13f91b41d77e1030941b44046c8d27f7fd0c59e012df91638d1e63bca68ab272aac60f518fa20b86"
    "fc52350c714a4bd55e28800f33a4cda69ff81e846af1466e8d414839b335f60b97fd9155cb0ab9b573a39aad"
    "cb96c4f2b350cc37af9406ad09b8a907acfb6d4285ae78878f14d54cd1fa1a47264adc3c9bdd3dd121215986"
    "87abdfd0bd5a171750e849f200a7975fd0c631ded8fad8420a246bb71a1dcc9ef2149c03e0cf2d5143aed5a6"
    "5355c44e871071752d8bd034d22f89d8aea0687cc167da80bb48667a2be6030109adc410";

}  // namespace mpk::crypto::test
