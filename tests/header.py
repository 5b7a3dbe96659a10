# Fields of random text in many languages: written by Python's email and read by mail-header, and the other way round.
import email, email.header, email.policy, random, subprocess

R = random.Random(7)
SCRIPTS = {
	'utf-8': 'aäßłőşđ€ жщю שלום مرحبا 日本語 中文 안녕 😀', 'iso-8859-1': 'abc äöüß éèñ', 'iso-8859-2': 'abc žřěł', 'koi8-r': 'абв щюя',
	'windows-1251': 'абв ўђ', 'iso-2022-jp': 'ab 日本語 メール', 'euc-jp': '日本語 ab', 'shift_jis': '日本 ab', 'gb2312': '中文 通知', 'gb18030': '中文 𠀀',
	'big5': '中文 郵件', 'euc-kr': '안녕 ab', 'windows-1255': 'שלום ab', 'windows-1256': 'مرحبا ab', 'utf-7': 'aä日',
}

def text(alphabet):
	words = ''.join(R.choice(alphabet) for _ in range(R.randrange(1, 90)))
	return ' '.join(words.split()) or 'x'

def run(*args, message):
	return subprocess.run(['mail-header', *args], check=True, capture_output=True, input=message).stdout

def same(got, want, written):
	wrong = [(w, g, t) for w, g, t in zip(written, got, want) if g != t]
	for w, g, t in wrong[:3]:
		print(f'{w}: {g!r} instead of {t!r}')
	if wrong or len(got) != len(want):
		raise SystemExit(f'{len(wrong)} of {len(want)} are wrong')

charsets = [R.choice(list(SCRIPTS)) for _ in range(2000)]
want = [text(SCRIPTS[charset]) for charset in charsets]
written = [email.header.Header(text, charset, header_name='Subject').encode() for text, charset in zip(want, charsets)]
got = run('Subject', message=''.join(f'Subject: {value}\n' for value in written).encode())
same(got.decode().split('\n')[:-1], want, written)

want = [text(SCRIPTS['utf-8']) for _ in range(500)]
message = run(*(option for value in want for option in ('-a', f'Subject: {value}')), message=b'\n')
read = email.message_from_bytes(message, policy=email.policy.default)
same([str(value) for value in read.get_all('Subject')], want, want)
same(run('Subject', message=message).decode().split('\n')[:-1], want, want)
